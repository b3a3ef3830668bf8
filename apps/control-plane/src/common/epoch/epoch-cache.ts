import { BoundedMap } from '../bounded-map'

/** Values that hold for one epoch. A value that was read while the epoch changed is used once and not kept. */
export class EpochCache<V> {
  private entries: BoundedMap<string, Promise<V>>
  private epoch = -1n

  constructor(
    private readonly limit: number,
    private readonly current: () => bigint,
  ) {
    this.entries = new BoundedMap(limit)
  }

  get(key: string, read: () => Promise<V>): Promise<V> {
    const epoch = this.current()
    if (epoch !== this.epoch) {
      this.epoch = epoch
      this.entries = new BoundedMap(this.limit)
    }
    const entries = this.entries
    const cached = entries.get(key)
    if (cached !== undefined) return cached
    const reading = read()
    entries.set(key, reading)
    reading.then(
      () => {
        if (this.current() !== epoch) entries.delete(key)
      },
      () => entries.delete(key),
    )
    return reading
  }
}
