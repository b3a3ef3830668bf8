import { deleteOf } from '../resource'
import { issuer } from './resource'

export const issuersDelete = deleteOf(issuer)
