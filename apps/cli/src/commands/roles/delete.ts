import { deleteOf } from '../resource'
import { role } from './resource'

export const rolesDelete = deleteOf(role)
