import { createHash } from 'node:crypto'
import {
  type AssignedConnection,
  type AttachRequest,
  type CatalogCheckWanted,
  CatalogManifest,
  type CatalogWanted,
} from '@wardgate/contract'
import { toGatewayError } from '@wardgate/errors'
import type { Clock } from '@wardgate/gateway'
import type { Logger as Log } from '@wardgate/logger'
import { type Access, accessFrom } from '../control/grant'
import { MissedNames } from './missed-names'
import { ReadingPace } from './reading-pace'
import type { CatalogReader, CatalogState } from './reader'

export interface CatalogWatchOptions {
  readonly readers: Readonly<Record<string, CatalogReader>>
  readonly intervalMillis: number
  readonly clock: Clock
  readonly log: Log
  /** In [0, 1); injected for tests. */
  readonly random?: () => number
  /** False when there is no link; the catalog is announced again when there is one. */
  readonly send: (message: NonNullable<AttachRequest['message']>) => boolean
}

/** Checking takes one part in so many of the target's time, however large its catalog is; but it is not left for long. */
const restFactor = 20
const longestRestMillis = 30_000
/** Databases of one connection whose catalogs are kept up to date; the first of them is the connection's own. */
const maximumDatabases = 32

/** For the control plane to take in what was announced. */
const freshMillis = 3_000

interface Watched {
  readonly connectionId: string
  readonly database: string
  readonly access: Access
  readonly reader: CatalogReader
  state?: CatalogState
  /** Readings that failed since the last one that did not. */
  failures: number
  /** When it is checked again unless something tells that it changed; by the clock. */
  dueAt?: number
  readonly pace: ReadingPace
  readonly missed: MissedNames
  announced?: { readonly digest: string; readonly at: number }
  /** A reading that runs, and one that has to follow it. */
  running?: Promise<void>
  again?: { readonly parts: Set<number>; readonly done: Promise<void> }
}

const noParts: ReadonlySet<number> = new Set()

/** Keeps the control plane's catalogs of this agent's targets up to date. */
export class CatalogWatch {
  readonly #options: CatalogWatchOptions
  readonly #watched = new Map<string, Watched>()
  readonly #stop = new AbortController()
  readonly #timer: NodeJS.Timeout
  /** By result: `read`, `unchanged`, `failed`. */
  readonly counts = new Map<string, number>()

  constructor(options: CatalogWatchOptions) {
    this.#options = options
    this.#timer = setInterval(() => this.#checkAll(), options.intervalMillis).unref()
  }

  assign(connections: readonly AssignedConnection[]): void {
    const kept = new Map<string, Watched>()
    for (const connection of connections) {
      for (const watched of this.#watchedFor(connection)) kept.set(keyOf(watched), watched)
    }
    this.#watched.clear()
    for (const [key, watched] of kept) {
      this.#watched.set(key, watched)
      if (watched.state === undefined) void this.#check(watched)
    }
  }

  /** A session was opened on this database: its catalog is kept from now on, in the place of the one that was not used for longest. */
  use(connectionId: string, database: string): void {
    const siblings = this.#of(connectionId)
    const [own, longestUnused] = siblings
    if (own === undefined) return
    const known = siblings.find((watched) => watched.database === database)
    const { access, reader } = own
    const watched = known ?? this.#newWatched({ connectionId, database, access, reader })
    if (known === undefined && siblings.length >= maximumDatabases) this.#forget(longestUnused)
    if (watched !== own) this.#forget(known)
    this.#watched.set(keyOf(watched), watched)
    if (watched.state === undefined) void watched.pace.inTurn()
  }

  /** How the system session reaches the target of a connection; undefined = it has none. */
  accessOf(connectionId: string): Access | undefined {
    return this.#of(connectionId)[0]?.access
  }

  /** Something was created, altered or dropped through the gateway. */
  changed(connectionId: string, database: string): void {
    const watched = this.#watched.get(keyOf({ connectionId, database }))
    if (watched === undefined) return
    watched.missed.forget()
    void this.#check(watched)
  }

  /**
   * A decision or a result did not fit the catalog: perhaps the target changed by another way. Clients can bring that
   * about as often as they like, so it is read at a pace.
   */
  doubted(connectionId: string, database: string): void {
    const watched = this.#watched.get(keyOf({ connectionId, database }))
    if (watched === undefined) return
    watched.missed.forget()
    void watched.pace.inTurn()
  }

  /** For names that the stored catalog, `known`, lacks. Resolves when what there is has been announced. */
  async lookFor(
    connectionId: string,
    { database, known, names }: Pick<CatalogCheckWanted, 'database' | 'known' | 'names'>,
  ): Promise<string | undefined> {
    const watched = this.#watched.get(keyOf({ connectionId, database }))
    if (watched === undefined) return undefined
    await watched.missed.lookFor(names, known)
    return watched.announced?.digest
  }

  wanted({ connectionId, database, parts }: CatalogWanted): void {
    const watched = this.#watched.get(keyOf({ connectionId, database }))
    if (watched !== undefined) void this.#check(watched, new Set(parts))
  }

  /** The control plane may be another one, or have forgotten. */
  announceAll(): void {
    for (const watched of this.#watched.values()) {
      if (watched.state !== undefined) this.#announce(watched, watched.state)
    }
  }

  stop(): void {
    clearInterval(this.#timer)
    this.#stop.abort(new Error('the agent stops'))
    this.#watched.clear()
  }

  #watchedFor(connection: AssignedConnection): Watched[] {
    const { protocol, systemAccess, id } = connection
    const reader = Object.hasOwn(this.#options.readers, protocol)
      ? this.#options.readers[protocol]
      : undefined
    if (reader === undefined || systemAccess === undefined) return []
    const access = accessFrom(systemAccess)
    const former = this.#of(id)
    const same = former.filter((watched) => watched.access.revision === access.revision)
    if (same.length > 0) return same
    const databases = new Set([access.database, ...former.map(({ database }) => database)])
    return [...databases].map((database) =>
      this.#newWatched({ connectionId: id, database, access, reader }),
    )
  }

  /** The connection's own database first, then the others, the one that was not used for longest first. */
  #of(connectionId: string): Watched[] {
    return [...this.#watched.values()].filter((watched) => watched.connectionId === connectionId)
  }

  #forget(watched: Watched | undefined): void {
    if (watched === undefined) return
    const key = keyOf(watched)
    if (this.#watched.get(key) === watched) this.#watched.delete(key)
  }

  #newWatched(place: Pick<Watched, 'connectionId' | 'database' | 'access' | 'reader'>): Watched {
    const { clock, random = Math.random } = this.#options
    const pace = new ReadingPace({ clock, random, read: () => this.#check(watched) })
    const missed = new MissedNames({
      pace,
      announcedInstead: (known) => isFresh(watched.announced, known, clock.now()),
      underWay: () => watched.again?.done ?? watched.running,
    })
    const watched: Watched = { ...place, pace, missed, failures: 0 }
    return watched
  }

  #checkAll(): void {
    const now = this.#options.clock.now()
    for (const watched of this.#watched.values())
      if (now >= (watched.dueAt ?? now)) {
        watched.missed.forget()
        void this.#check(watched)
      }
  }

  /** One reading at a time for a database; all that comes while it runs is one more, which begins after it was asked. */
  #check(watched: Watched, wanted = noParts): Promise<void> {
    const { running, again } = watched
    if (again !== undefined) {
      for (const part of wanted) again.parts.add(part)
      return again.done
    }
    if (running === undefined) return this.#start(watched, wanted)
    const parts = new Set(wanted)
    const done = running.then(() => {
      delete watched.again
      return this.#stop.signal.aborted ? undefined : this.#start(watched, parts)
    })
    watched.again = { parts, done }
    return done
  }

  #start(watched: Watched, wanted: ReadonlySet<number>): Promise<void> {
    const { clock, intervalMillis } = this.#options
    const started = clock.now()
    const running = this.#read(watched, wanted).finally(() => {
      delete watched.running
      const now = clock.now()
      const { failures } = watched
      const rest = failures === 0 ? restFactor * (now - started) : intervalMillis * 2 ** failures
      watched.dueAt = now + Math.min(rest, longestRestMillis)
    })
    watched.running = running
    return running
  }

  async #read(watched: Watched, wanted: ReadonlySet<number>): Promise<void> {
    const { access, database, connectionId, state: known } = watched
    try {
      const state = await watched.reader({
        access,
        database,
        wanted,
        signal: this.#stop.signal,
        deliver: (body) => this.#deliver(connectionId, body),
        ...(known === undefined ? {} : { known }),
      })
      watched.failures = 0
      this.#count(state === undefined ? 'unchanged' : 'read')
      if (state === undefined) return
      watched.state = state
      const isNew = watched.announced?.digest !== digestOf(state.manifest)
      if (isNew || wanted.size > 0) this.#announce(watched, state)
    } catch (caught) {
      if (this.#stop.signal.aborted) return
      watched.failures += 1
      this.#count('failed')
      const error = toGatewayError(caught)
      // Clients name databases as they like: one that is not there is not asked for again until a session names it.
      if (!error.retryable && database !== access.database) this.#forget(watched)
      this.#options.log.warn({ err: error, connectionId, database }, 'catalog not read')
      const value = { connectionId, database, code: error.code, message: error.message }
      this.#options.send({ $case: 'catalogFailure', value })
    }
  }

  #deliver(connectionId: string, body: Uint8Array): void {
    const value = { connectionId, body: Buffer.from(body) }
    this.#options.send({ $case: 'catalogPart', value })
  }

  #announce(watched: Watched, { manifest }: CatalogState): void {
    const { connectionId, database } = watched
    const digest = digestOf(manifest)
    watched.announced = { digest, at: this.#options.clock.now() }
    this.#options.send({ $case: 'catalog', value: { connectionId, database, digest, manifest } })
  }

  #count(result: string): void {
    this.counts.set(result, (this.counts.get(result) ?? 0) + 1)
  }
}

/** What the control plane may not have stored yet; were it lost, a later question is for a new reading. */
function isFresh(announced: Watched['announced'], known: string, now: number): boolean {
  return announced !== undefined && announced.digest !== known && now - announced.at < freshMillis
}

function digestOf(manifest: CatalogManifest): string {
  return createHash('sha256').update(CatalogManifest.encode(manifest).finish()).digest('hex')
}

function keyOf({ connectionId, database }: Pick<Watched, 'connectionId' | 'database'>): string {
  return `${connectionId}\u0000${database}`
}
