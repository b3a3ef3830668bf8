import { showOf } from '../resource'
import { principal } from './resource'

export const principalsShow = showOf(principal)
