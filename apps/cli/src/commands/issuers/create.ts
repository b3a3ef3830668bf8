import { createOf } from '../resource'
import { issuer } from './resource'

export const issuersCreate = createOf(issuer)
