import { useQuery } from '@tanstack/react-query'
import { createContext, use } from 'react'
import { get, keepCsrfToken } from './client'

export interface Me {
  readonly principal: {
    readonly id: string
    readonly name: string
    readonly kind: 'person' | 'workload'
    readonly groups: readonly string[]
    readonly email: string
  }
  readonly permissions: readonly string[]
  readonly csrfToken?: string
}

export function useMeQuery() {
  return useQuery({
    queryKey: ['me'],
    queryFn: async ({ signal }) => {
      const me = await get<Me>('/v1/me', signal)
      keepCsrfToken(me.csrfToken)
      return me
    },
    staleTime: 60_000,
  })
}

export const MeContext = createContext<Me | undefined>(undefined)

export function useMe(): Me {
  const me = use(MeContext)
  if (!me) throw new Error('nobody is logged in')
  return me
}

/** Hides what would be refused; the server decides by itself. */
export function useMay(): (...anyOf: readonly string[]) => boolean {
  const { permissions } = useMe()
  return (...anyOf) => anyOf.some((permission) => permissions.includes(permission))
}
