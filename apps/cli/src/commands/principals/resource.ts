import { column } from '../../run'
import type { Resource } from '../resource'

export const principal: Resource = {
  noun: 'principal',
  path: '/v1/principals',
  columns: [
    column('name'),
    column('kind'),
    column('groups'),
    column('owner'),
    column('disabled'),
    column('last seen', 'lastSeenAt'),
    column('id', 'id', 36),
  ],
}
