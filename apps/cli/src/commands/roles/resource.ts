import { column } from '../../run'
import type { Resource } from '../resource'

export const role: Resource = {
  noun: 'role',
  path: '/v1/roles',
  columns: [
    column('name'),
    column('description'),
    column('permissions'),
    column('built in', 'builtIn'),
    column('id', 'id', 36),
  ],
}
