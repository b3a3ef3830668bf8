import { createOf } from '../resource'
import { role } from './resource'

export const rolesCreate = createOf(role)
