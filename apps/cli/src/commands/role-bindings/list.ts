import { listOf } from '../resource'
import { roleBinding } from './resource'

export const roleBindingsList = listOf(roleBinding)
