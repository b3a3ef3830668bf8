import type { UpstreamConnection } from './connection'

interface Idle {
  readonly connection: UpstreamConnection
  readonly expiry: NodeJS.Timeout
  readonly discard: () => void
}

/** Idle connections by key, each watched: a target that speaks or closes while idle is no longer to be trusted. */
export class IdleConnections {
  private readonly byKey = new Map<string, Idle[]>()
  private count = 0
  private readonly maxTotal: number

  constructor(maxTotal: number) {
    this.maxTotal = maxTotal
  }

  countOf(key: string): number {
    return this.byKey.get(key)?.length ?? 0
  }

  put(key: string, connection: UpstreamConnection, max: number, idleMillis: number): boolean {
    if (this.countOf(key) >= max || this.count >= this.maxTotal || connection.stream.destroyed)
      return false
    const discard = () => {
      this.remove(key, idle)
      connection.stream.destroy()
    }
    const idle: Idle = { connection, discard, expiry: setTimeout(discard, idleMillis).unref() }
    const { stream } = connection
    stream.once('data', discard).once('end', discard).once('close', discard)
    stream.resume()
    const sameKey = this.byKey.get(key)
    if (sameKey === undefined) this.byKey.set(key, [idle])
    else sameKey.push(idle)
    this.count += 1
    return true
  }

  /** The one used last: the oldest are left to expire. */
  take(key: string): UpstreamConnection | undefined {
    const idle = this.byKey.get(key)?.at(-1)
    if (idle === undefined) return undefined
    this.remove(key, idle)
    const { stream } = idle.connection
    stream.pause()
    if (stream.destroyed || stream.readableEnded || stream.readableLength > 0) {
      stream.destroy()
      return this.take(key)
    }
    return idle.connection
  }

  clear(): void {
    for (const idles of [...this.byKey.values()]) for (const idle of [...idles]) idle.discard()
  }

  private remove(key: string, idle: Idle): void {
    const sameKey = this.byKey.get(key)
    const at = sameKey?.indexOf(idle) ?? -1
    if (sameKey === undefined || at === -1) return
    sameKey.splice(at, 1)
    if (sameKey.length === 0) this.byKey.delete(key)
    this.count -= 1
    clearTimeout(idle.expiry)
    const { stream } = idle.connection
    stream.off('data', idle.discard).off('end', idle.discard).off('close', idle.discard)
  }
}
