import { showOf } from '../resource'
import { role } from './resource'

export const rolesShow = showOf(role)
