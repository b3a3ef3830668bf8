import { listOf } from '../resource'
import { role } from './resource'

export const rolesList = listOf(role)
