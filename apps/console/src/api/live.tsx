import { type QueryClient, useQueryClient } from '@tanstack/react-query'
import { createContext, type ReactNode, use, useEffect, useState } from 'react'

const firstRetryMillis = 1_000
const longestRetryMillis = 30_000
const pollWithoutFeedMillis = 2_000
/** Events can be lost with a connection; what is shown is never older than this. */
const pollWithFeedMillis = 15_000

const LiveContext = createContext(false)

/** How often a page that must not be stale asks again. */
export function usePollMillis(): number {
  return use(LiveContext) ? pollWithFeedMillis : pollWithoutFeedMillis
}

export function useIsLive(): boolean {
  return use(LiveContext)
}

/** Keeps the live feed open while somebody is logged in; pages poll where it is not. */
export function LiveFeed({ children }: { readonly children: ReactNode }) {
  const [connected, setConnected] = useState(false)
  const queries = useQueryClient()
  useEffect(() => follow(queries, setConnected), [queries])
  return <LiveContext value={connected}>{children}</LiveContext>
}

function follow(queries: QueryClient, setConnected: (connected: boolean) => void): () => void {
  let socket: WebSocket | undefined
  let timer: ReturnType<typeof setTimeout> | undefined
  let retryMillis = firstRetryMillis
  const open = () => {
    const scheme = location.protocol === 'https:' ? 'wss:' : 'ws:'
    socket = new WebSocket(`${scheme}//${location.host}/v1/live`)
    socket.onopen = () => {
      retryMillis = firstRetryMillis
      setConnected(true)
      void queries.invalidateQueries()
    }
    socket.onmessage = ({ data }) => hear(queries, data)
    socket.onclose = () => {
      setConnected(false)
      timer = setTimeout(open, retryMillis)
      retryMillis = Math.min(retryMillis * 2, longestRetryMillis)
    }
  }
  open()
  return () => {
    clearTimeout(timer)
    if (!socket) return
    socket.onclose = null
    socket.close()
  }
}

const keys: Readonly<Record<string, readonly string[]>> = {
  'approval-request': ['approval-requests'],
  session: ['sessions'],
  operation: ['operations'],
}

function hear(queries: QueryClient, data: unknown): void {
  const key = keys[typeOf(data)]
  if (key) void queries.invalidateQueries({ queryKey: key })
}

function typeOf(data: unknown): string {
  if (typeof data !== 'string') return ''
  try {
    const event = JSON.parse(data) as { type?: unknown } | null
    return typeof event?.type === 'string' ? event.type : ''
  } catch {
    return ''
  }
}
