import { column } from '../../run'
import { listOf } from '../resource'

export const joinTokensList = listOf({
  noun: 'join token',
  path: '/v1/join-tokens',
  columns: [
    column('agent', 'agentName'),
    column('connections'),
    column('expires', 'expiresAt'),
    column('used', 'usedAt'),
    column('id', 'id', 36),
  ],
})
