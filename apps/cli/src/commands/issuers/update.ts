import { updateOf } from '../resource'
import { issuer } from './resource'

export const issuersUpdate = updateOf(issuer)
