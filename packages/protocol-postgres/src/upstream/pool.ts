import { userOf } from '@wardgate/gateway'
import type { UpstreamConnection } from './connection'
import { connect, expectPinned, readUntilReady, type ConnectRequest } from './connect'
import { IdleConnections } from './idle-connections'
import { query } from '../wire'

const MAX_IDLE_TOTAL = 512
const MAX_WARMING = 16
const RESET_MILLIS = 5_000
/** Settings that have to hold after RESET too. */
const lasting = ['search_path', 'default_transaction_read_only']

/**
 * Saves the cost of connecting without mixing identities: a used connection serves the same principal with the
 * same settings alone; a fresh one, on which nobody has run anything, may serve anyone, once.
 */
export class UpstreamPool {
  /** Used and fresh ones; their keys differ. */
  private readonly idle = new IdleConnections(MAX_IDLE_TOTAL)
  private warming = 0
  private readonly warmingByKey = new Map<string, number>()
  private isClosed = false

  async acquire(request: ConnectRequest, signal: AbortSignal): Promise<UpstreamConnection> {
    const used = this.idle.take(usedKey(request))
    if (used !== undefined) return used
    // RESET on a fresh one would go back to its own value, not to the one asked for.
    const isLasting = lasting.some((name) => request.parameters.has(name))
    const fresh = isLasting ? undefined : this.idle.take(freshKey(request))
    if (fresh !== undefined) {
      this.warm(request)
      try {
        return await applyParameters(fresh, request.parameters, signal)
      } catch {
        fresh.stream.destroy()
        signal.throwIfAborted()
      }
    }
    const connection = await connect(request, signal)
    // Only now: what the target refuses must not be tried twice, or a wrong credential would be locked out sooner.
    this.warm(request)
    return connection
  }

  /** Takes back an idle connection outside of a transaction. The target forgets the session before it is reused. */
  async release(connection: UpstreamConnection, request: ConnectRequest): Promise<void> {
    const { target, settings } = request
    const { maxIdle } = settings.pool
    const key = usedKey(request)
    const { stream } = connection
    if (this.isClosed || target.keep === undefined || this.idle.countOf(key) >= maxIdle) {
      stream.destroy()
      return
    }
    target.keep(connection.dialled)
    const late = new AbortController()
    // Taken back when the reset is done: AbortSignal.timeout would go on for every session that has ended.
    const timer = setTimeout(() => late.abort(), RESET_MILLIS)
    try {
      stream.write(query('DISCARD ALL'))
      await readUntilReady(stream, connection.parameters, late.signal)
      expectPinned(connection.parameters)
      const owner = JSON.stringify([target.connectionId, target.principalId])
      const limits = keptOf(request)
      if (this.admits(this.idle.put(connection, { key, owner, mostOfOwner: maxIdle, ...limits })))
        return
    } catch {
      // A connection that does not reset cleanly is closed.
    } finally {
      clearTimeout(timer)
    }
    stream.destroy()
  }

  close(): void {
    this.isClosed = true
    this.idle.clear()
  }

  /** Opens what is missing in the background, with the rights of the session that is being opened. */
  private warm(request: ConnectRequest): void {
    const { target, settings } = request
    if (target.keep === undefined || this.isClosed) return
    const key = freshKey(request)
    const underway = this.warmingByKey.get(key) ?? 0
    const missing = settings.pool.warm - this.idle.countOf(key) - underway
    for (let count = 0; count < missing && this.warming < MAX_WARMING; count += 1)
      void this.warmOne(key, request)
  }

  private async warmOne(key: string, request: ConnectRequest): Promise<void> {
    this.warming += 1
    this.warmingByKey.set(key, (this.warmingByKey.get(key) ?? 0) + 1)
    const mostOfOwner = request.settings.pool.warm
    try {
      const signal = AbortSignal.timeout(request.settings.connectMillis)
      const connection = await connect({ ...request, parameters: new Map() }, signal)
      request.target.keep?.(connection.dialled)
      const keeping = { key, owner: key, mostOfOwner, ...keptOf(request) }
      if (!this.admits(this.idle.put(connection, keeping))) connection.stream.destroy()
    } catch {
      // The session that needs a connection connects by itself and reports what is wrong.
    } finally {
      this.warming -= 1
      const left = (this.warmingByKey.get(key) ?? 1) - 1
      if (left === 0) this.warmingByKey.delete(key)
      else this.warmingByKey.set(key, left)
    }
  }

  private admits(wasPut: boolean): boolean {
    if (this.isClosed) this.idle.clear()
    return wasPut && !this.isClosed
  }
}

function keptOf({ target, settings }: ConnectRequest) {
  const { maxKept, idleSeconds } = settings.pool
  const { connectionId } = target
  return { connectionId, mostOfConnection: maxKept, idleMillis: idleSeconds * 1_000 }
}

function usedKey({ target, parameters }: ConnectRequest): string {
  const settings = [...parameters].sort(([a], [b]) => (a < b ? -1 : 1))
  return JSON.stringify([freshKeyParts(target), target.principalId, settings])
}

function freshKey({ target }: ConnectRequest): string {
  return JSON.stringify(freshKeyParts(target))
}

function freshKeyParts(target: ConnectRequest['target']): readonly string[] {
  return [target.connectionId, target.revision, target.database, userOf(target.credential)]
}

/** What a startup message would have said, said afterwards. Names come from the allow-list, values are quoted. */
async function applyParameters(
  connection: UpstreamConnection,
  parameters: ReadonlyMap<string, string>,
  signal: AbortSignal,
): Promise<UpstreamConnection> {
  if (parameters.size === 0) return connection
  const statements = [...parameters].map(
    ([name, value]) =>
      `SELECT pg_catalog.set_config('${name}', '${value.replaceAll("'", "''")}', false)`,
  )
  connection.stream.write(query([...statements, 'SHOW search_path'].join(';')))
  const { cell } = await readUntilReady(connection.stream, connection.parameters, signal)
  return { ...connection, searchPath: cell ?? '' }
}
