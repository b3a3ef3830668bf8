import { SessionError } from '@wardgate/errors'
import type { Target } from '@wardgate/gateway'
import type { Duplex } from 'node:stream'
import type { HttpSettings } from '../settings'
import { dialTarget, type DialOptions } from './dial'
import { AccessTokens } from './credentials/access-tokens'
import { TargetPool } from './target-pool'

const MAX_POOLS = 512
const MAX_RESPONSE_HEADER_BYTES = 64 * 1024

/** The connections to one target for one principal, and the sessions that may dial for it. */
export interface PooledTarget {
  /** Ask for it anew for each request: it is another one after `renew`. */
  readonly pool: TargetPool
  readonly accessTokens: AccessTokens
  /**
   * A request failed on this pool. What runs on its connections goes on, new requests get others: over HTTP/2 a
   * connection may be open and yet of no use, since the other side was left within a frame or broke its protocol.
   */
  renew(failed: TargetPool): void
  /** The session no longer dials; what it has dialled stays for the principal's next one. */
  release(): void
}

interface PoolEntry {
  pool: TargetPool
  readonly targets: Set<Target>
  readonly speaksHttp2: boolean
  readonly open: () => TargetPool
}

/** Upstream connections by connection, revision and principal: identities never mix. */
export class UpstreamPools {
  readonly #pools = new Map<string, PoolEntry>()
  readonly #accessTokens = new AccessTokens()

  acquire(target: Target, settings: HttpSettings): PooledTarget {
    const key = JSON.stringify([target.connectionId, target.revision, target.principalId])
    const entry = this.#pools.get(key) ?? this.#create(target, settings)
    // The one used last is the last to go.
    this.#pools.delete(key)
    this.#pools.set(key, entry)
    entry.targets.add(target)
    this.#shrink()
    return {
      get pool() {
        return entry.pool
      },
      accessTokens: this.#accessTokens,
      renew: (failed) => {
        if (!entry.speaksHttp2 || entry.pool !== failed) return
        entry.pool = entry.open()
        closeWhenIdle(failed)
      },
      release: () => {
        entry.targets.delete(target)
        if (settings.upstream.keepAliveMillis > 0 || entry.targets.size > 0) return
        if (this.#pools.get(key) === entry) this.#pools.delete(key)
        closeWhenIdle(entry.pool)
      },
    }
  }

  close(): void {
    for (const { pool } of this.#pools.values()) void pool.destroy().catch(() => undefined)
    this.#pools.clear()
  }

  #create(target: Target, settings: HttpSettings): PoolEntry {
    const { connections, keepAliveMillis, headersMillis, bodyMillis, connectMillis, http2 } =
      settings.upstream
    const isSecure = target.tls.mode !== 'disable'
    const speaksHttp2 = isSecure && http2
    const protocols = speaksHttp2 ? (['h2', 'http/1.1'] as const) : (['http/1.1'] as const)
    const targets = new Set<Target>()
    const dial = () =>
      dialByAny(targets, { millis: connectMillis, protocols, isKept: keepAliveMillis > 0 })
    const open = () => {
      const pool: TargetPool = new TargetPool(`${isSecure ? 'https' : 'http'}://target.invalid`, {
        connections,
        pipelining: keepAliveMillis > 0 ? 1 : 0,
        keepAliveTimeout: Math.max(1, keepAliveMillis),
        keepAliveMaxTimeout: Math.max(1, keepAliveMillis),
        headersTimeout: headersMillis,
        bodyTimeout: bodyMillis,
        maxHeaderSize: MAX_RESPONSE_HEADER_BYTES,
        allowH2: speaksHttp2,
        connect: (_options, done) => {
          dial().then(
            // undici asks for a socket and uses of it what every stream has.
            (stream) => {
              pool.connected(stream)
              done(null, stream as Parameters<typeof done>[1] & object)
            },
            (error: unknown) => done(error as Error, null),
          )
        },
      })
      return pool
    }
    return { pool: open(), targets, speaksHttp2, open }
  }

  #shrink(): void {
    for (const [key, { pool, targets }] of this.#pools) {
      if (this.#pools.size <= MAX_POOLS) return
      if (targets.size > 0) continue
      this.#pools.delete(key)
      closeWhenIdle(pool)
    }
  }
}

/** What runs on its connections goes on. */
function closeWhenIdle(pool: TargetPool): void {
  void pool.close().catch(() => undefined)
}

/** By a session that is open; by another when that one ends meanwhile, for it may not be the one whose request waits. */
async function dialByAny(targets: ReadonlySet<Target>, options: DialOptions): Promise<Duplex> {
  for (;;) {
    const target = [...targets].at(-1)
    if (target === undefined) throw new SessionError('ERR_SESSION_KILLED', 'the session has ended')
    try {
      return await dialTarget(target, options)
    } catch (caught) {
      if (targets.has(target)) throw caught
    }
  }
}
