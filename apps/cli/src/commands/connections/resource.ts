import type { Resource } from '../resource'

export const connection: Resource = { noun: 'connection', path: '/v1/connections', columns: [] }
