import { column } from '../../run'
import type { Resource } from '../resource'

export const issuer: Resource = {
  noun: 'issuer',
  path: '/v1/issuers',
  columns: [
    column('name'),
    column('issuer'),
    column('audiences'),
    column('enabled'),
    column('id', 'id', 36),
  ],
}
