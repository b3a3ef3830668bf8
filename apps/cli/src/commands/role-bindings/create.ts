import { createOf } from '../resource'
import { roleBinding } from './resource'

export const roleBindingsCreate = createOf(roleBinding)
