import { listOf } from '../resource'
import { issuer } from './resource'

export const issuersList = listOf(issuer)
