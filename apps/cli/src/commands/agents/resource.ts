import { backlogCell } from '../../api/backlog'
import { column } from '../../run'
import type { Resource } from '../resource'

export const agent: Resource = {
  noun: 'agent',
  path: '/v1/agents',
  columns: [
    column('name'),
    column('last seen', 'lastSeenAt'),
    { title: 'NOT ARRIVED', value: backlogCell },
    column('protocols'),
    column('certificate until', 'certificateUntil'),
    column('revoked', 'revokedAt'),
    column('id', 'id', 36),
  ],
}
