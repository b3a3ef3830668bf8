import { updateOf } from '../resource'
import { role } from './resource'

export const rolesUpdate = updateOf(role)
