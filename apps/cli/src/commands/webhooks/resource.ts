import { column } from '../../run'
import type { Resource } from '../resource'

export const webhook: Resource = {
  noun: 'webhook',
  path: '/v1/webhooks',
  columns: [
    column('name'),
    column('url'),
    column('topics'),
    column('enabled'),
    column('id', 'id', 36),
  ],
}
