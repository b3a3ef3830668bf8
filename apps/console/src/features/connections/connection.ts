import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { change, get } from '../../api/client'
import type { JsonSchema } from './settings-fields'

export interface Endpoint {
  readonly host: string
  readonly port: number
}

export interface ConnectionFields {
  readonly name: string
  readonly protocol: string
  readonly description: string
  readonly endpoints: readonly Endpoint[]
  readonly tls: {
    readonly mode: 'disable' | 'require' | 'verify-full'
    readonly ca?: string
    readonly serverName?: string
  }
  readonly database: string
  readonly settings: Readonly<Record<string, unknown>>
  readonly fsync: 'before-forward' | 'batched'
  readonly recording: 'full' | 'statements' | 'off'
  readonly enabled: boolean
}

export interface Connection extends ConnectionFields {
  readonly id: string
  readonly limits: Readonly<Record<string, number>>
  readonly labels: Readonly<Record<string, string>>
  readonly version: number
  readonly updatedAt: string
}

export interface Protocol {
  readonly name: string
  readonly defaultPort: number
  readonly settings: JsonSchema
  readonly capabilities: { readonly credentials: readonly string[]; readonly databases: boolean }
}

const pathOf = (id: string) => `/v1/connections/${encodeURIComponent(id)}`

export function useConnection(id: string) {
  return useQuery({
    queryKey: ['connections', id],
    queryFn: ({ signal }) => get<Connection>(pathOf(id), signal),
  })
}

export function useProtocols() {
  return useQuery({
    queryKey: ['protocols'],
    queryFn: ({ signal }) => get<{ items: readonly Protocol[] }>('/v1/protocols', signal),
    staleTime: Number.POSITIVE_INFINITY,
  })
}

/** Creates, or changes the version that was edited: a change made meanwhile is refused, not overwritten. */
export function useSaveConnection(edited: Connection | undefined) {
  const queries = useQueryClient()
  return useMutation({
    mutationFn: (fields: ConnectionFields) => {
      if (!edited) return change<Connection>('POST', '/v1/connections', { body: fields })
      const { protocol: _fixed, ...body } = fields
      return change<Connection>('PATCH', pathOf(edited.id), { body, ifMatch: edited.version })
    },
    onSuccess: () => queries.invalidateQueries({ queryKey: ['connections'] }),
  })
}

export function useSetCredential(connectionId: string) {
  const queries = useQueryClient()
  return useMutation({
    mutationFn: (body: object) => change('POST', `${pathOf(connectionId)}/credentials`, { body }),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['credentials', connectionId] }),
    // Secrets are not kept in memory for longer than the request.
    gcTime: 0,
  })
}
