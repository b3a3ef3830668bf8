import { column } from '../../run'
import type { Resource } from '../resource'

export const roleBinding: Resource = {
  noun: 'role binding',
  path: '/v1/role-bindings',
  columns: [
    column('role'),
    column('subject'),
    column('connections'),
    column('role id', 'roleId', 36),
    column('id', 'id', 36),
  ],
}
