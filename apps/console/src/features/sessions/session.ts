import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { change, get } from '../../api/client'
import { useList } from '../../api/list'
import { usePollMillis } from '../../api/live'
import type { Parameter, RuleReference } from '../approvals/approval'

export interface Session {
  readonly id: string
  readonly connection: string
  readonly protocol: string
  readonly principal: string
  readonly agent: string
  readonly database: string
  readonly clientAddress: string
  readonly claimed: Readonly<Record<string, string>>
  readonly state: 'open' | 'ended'
  readonly endReason: string
  readonly operations: number
  readonly bytesIn: string
  readonly bytesOut: string
  readonly startedAt: string
  readonly endedAt: string | null
}

export interface Operation {
  readonly id: string
  readonly kind: string
  readonly summary: string
  readonly text: string
  readonly textBytes: string
  readonly textDigest: string
  readonly parameters: readonly Parameter[]
  readonly status: string
  readonly determinedBy: readonly RuleReference[]
  readonly actions: readonly string[]
  readonly approvalId: string | null
  readonly rows: string
  readonly bytes: string
  readonly maskedCells: string
  readonly completion: string
  readonly errorCode: string
  readonly errorMessage: string
  readonly durationMicros: string | null
  readonly startedAt: string
}

const pathOf = (id: string) => `/v1/sessions/${encodeURIComponent(id)}`

export function useSession(id: string) {
  const pollMillis = usePollMillis()
  return useQuery({
    queryKey: ['sessions', id],
    queryFn: ({ signal }) => get<Session>(pathOf(id), signal),
    refetchInterval: ({ state }) => (state.data?.state === 'ended' ? false : pollMillis),
  })
}

export function useOperations(id: string) {
  const pollMillis = usePollMillis()
  return useList<Operation>(['operations', id], `${pathOf(id)}/operations`, { pollMillis })
}

export function useKill(id: string) {
  const queries = useQueryClient()
  return useMutation({
    mutationFn: (reason: string) => change('POST', `${pathOf(id)}/kill`, { body: { reason } }),
    onSettled: () => queries.invalidateQueries({ queryKey: ['sessions'] }),
  })
}

export function recordingPath(id: string): string {
  return `${pathOf(id)}/recording`
}
