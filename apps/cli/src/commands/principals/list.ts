import { listOf } from '../resource'
import { principal } from './resource'

export const principalsList = listOf(principal)
