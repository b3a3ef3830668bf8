import { column } from '../../run'
import { listOf } from '../resource'

export const principalsList = listOf({
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
})
