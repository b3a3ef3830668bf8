import { showOf } from '../resource'
import { issuer } from './resource'

export const issuersShow = showOf(issuer)
