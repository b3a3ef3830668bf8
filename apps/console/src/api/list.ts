import { useInfiniteQuery } from '@tanstack/react-query'
import { get, withQuery } from './client'

export interface Page<T> {
  readonly items: readonly T[]
  readonly nextCursor: string | null
}

export interface ListOptions {
  readonly filters?: Readonly<Record<string, string | undefined>>
  readonly pollMillis?: number
  readonly limit?: number
}

/** A list of the API, page by page. `key` is what live events make stale. */
export function useList<T>(key: readonly string[], path: string, options: ListOptions = {}) {
  const { filters = {}, pollMillis, limit = 50 } = options
  const query = useInfiniteQuery({
    queryKey: [...key, 'list', filters],
    queryFn: ({ pageParam, signal }) =>
      get<Page<T>>(
        withQuery(path, { ...filters, limit: String(limit), cursor: pageParam }),
        signal,
      ),
    initialPageParam: '',
    getNextPageParam: (last) => last.nextCursor ?? undefined,
    ...(pollMillis === undefined ? {} : { refetchInterval: pollMillis }),
  })
  return { ...query, items: query.data?.pages.flatMap((page) => page.items) }
}

export type List<T> = ReturnType<typeof useList<T>>
