import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { change, get } from '../../api/client'
import type { Facts, Risk, RuleReference } from '../approvals/approval'

export interface Policy {
  readonly id: string
  readonly name: string
  readonly version: number
  readonly state: 'draft' | 'dry-run' | 'active' | 'retired'
  readonly source: string
  readonly digest: string
  readonly author: string
  readonly createdAt: string
  readonly updatedAt: string
}

export interface Validation {
  readonly valid: boolean
  readonly problems: readonly {
    readonly path: string
    readonly message: string
    readonly line?: number
  }[]
}

export interface Explanation {
  readonly facts: Facts & { readonly risk?: Risk }
  readonly verdict: {
    readonly kind: string
    readonly message: string
    readonly determinedBy: readonly RuleReference[]
  }
  readonly consulted: readonly {
    readonly policy?: string
    readonly rule?: string
    readonly matched?: boolean
    readonly why?: string
  }[]
  readonly masking: Readonly<Record<string, unknown>> | null
  readonly memo: string
}

export interface Question {
  readonly connection: string
  readonly principal?: string
  readonly operation: { readonly kind: 'statement'; readonly text: string }
}

const pathOf = (name: string, version: string | number) =>
  `/v1/policies/${encodeURIComponent(name)}/versions/${version}`

export function usePolicy(name: string, version: string) {
  return useQuery({
    queryKey: ['policies', name, version],
    queryFn: ({ signal }) => get<Policy>(pathOf(name, version), signal),
  })
}

export function useMovePolicy({ name, version }: Policy) {
  const queries = useQueryClient()
  return useMutation({
    mutationFn: (to: 'activate' | 'dry-run' | 'retire') =>
      change<Policy>('POST', `${pathOf(name, version)}/${to}`),
    onSettled: () => queries.invalidateQueries({ queryKey: ['policies'] }),
  })
}

export function useValidate() {
  return useMutation({
    mutationFn: (source: string) =>
      change<Validation>('POST', '/v1/policies/validate', { body: { source } }),
  })
}

export function useCreateDraft() {
  const queries = useQueryClient()
  return useMutation({
    mutationFn: (source: string) => change<Policy>('POST', '/v1/policies', { body: { source } }),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['policies'] }),
  })
}

export function useExplain() {
  return useMutation({
    mutationFn: (question: Question) =>
      change<Explanation>('POST', '/v1/policies/explain', { body: question }),
  })
}
