import type { UpstreamConnection } from './connection'

/** For whom an idle connection is kept, and how many there may be. */
export interface Keeping {
  /** Who asks by the same key gets it. */
  readonly key: string
  readonly owner: string
  readonly mostOfOwner: number
  readonly connectionId: string
  readonly mostOfConnection: number
  readonly idleMillis: number
}

interface Idle {
  readonly connection: UpstreamConnection
  readonly keeping: Keeping
  readonly expiry: NodeJS.Timeout
  readonly discard: () => void
}

/** Idle connections, each watched: a target that speaks or closes while idle is no longer to be trusted. */
export class IdleConnections {
  /** The one that has been idle for longest first. */
  private readonly idles = new Set<Idle>()
  private readonly maxTotal: number

  constructor(maxTotal: number) {
    this.maxTotal = maxTotal
  }

  countOf(key: string): number {
    return this.where((idle) => idle.key === key).length
  }

  /** Those that have been idle for longest make room. False = it is not kept. */
  put(connection: UpstreamConnection, keeping: Keeping): boolean {
    const { owner, mostOfOwner, connectionId, mostOfConnection, idleMillis } = keeping
    const { stream } = connection
    if (stream.destroyed || Math.min(mostOfOwner, mostOfConnection) < 1) return false
    this.leave(mostOfOwner - 1, (idle) => idle.owner === owner)
    this.leave(mostOfConnection - 1, (idle) => idle.connectionId === connectionId)
    if (this.idles.size >= this.maxTotal) return false
    const discard = () => {
      this.remove(idle)
      stream.destroy()
    }
    const expiry = setTimeout(discard, idleMillis).unref()
    const idle: Idle = { connection, keeping, discard, expiry }
    stream.once('data', discard).once('end', discard).once('close', discard)
    stream.resume()
    this.idles.add(idle)
    return true
  }

  /** The one used last: the oldest are left to expire. */
  take(key: string): UpstreamConnection | undefined {
    const idle = this.where((keeping) => keeping.key === key).at(-1)
    if (idle === undefined) return undefined
    this.remove(idle)
    const { stream } = idle.connection
    stream.pause()
    if (stream.destroyed || stream.readableEnded || stream.readableLength > 0) {
      stream.destroy()
      return this.take(key)
    }
    return idle.connection
  }

  clear(): void {
    for (const idle of [...this.idles]) idle.discard()
  }

  private where(fits: (keeping: Keeping) => boolean): readonly Idle[] {
    return [...this.idles].filter(({ keeping }) => fits(keeping))
  }

  private leave(most: number, fits: (keeping: Keeping) => boolean): void {
    const found = this.where(fits)
    for (const idle of found.slice(0, Math.max(0, found.length - most))) idle.discard()
  }

  private remove(idle: Idle): void {
    if (!this.idles.delete(idle)) return
    clearTimeout(idle.expiry)
    const { stream } = idle.connection
    stream.off('data', idle.discard).off('end', idle.discard).off('close', idle.discard)
  }
}
