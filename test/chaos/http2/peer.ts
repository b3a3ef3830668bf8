import * as frames from './frames'

/** A peer that sends frames in any order, the same ones for the same seed. */
export class RandomPeer {
  private readonly random: () => number
  private readonly open: number[] = []
  private next = 1

  constructor(seed: number) {
    this.random = randomBy(seed)
  }

  /** Up to a dozen frames in one piece: what is dangerous is what comes in the same bytes. */
  burst(): Buffer {
    return Buffer.concat(Array.from({ length: 1 + this.below(12) }, () => this.frame()))
  }

  below(bound: number): number {
    return Math.floor(this.random() * bound)
  }

  private frame(): Buffer {
    const stream = this.open.length === 0 ? 0 : this.pick(this.open)
    const kind = this.below(14)
    if (kind < 3) return frames.openRequest(this.opened())
    if (kind < 5) return frames.request(this.opened())
    if (kind === 5) return frames.goAway(this.pick([0, 0, 0, 1, 2, 11]))
    if (kind === 6) return frames.windowUpdate(this.below(2) * stream, 1 + this.below(1000))
    if (stream === 0) return this.pick([frames.ping(), frames.settings(), frames.priority(1)])
    if (kind === 7) return frames.reset(stream, this.pick([0, 1, 7, 8, 11]))
    if (kind === 8) return frames.trailers(stream)
    return frames.data(stream, this.below(400), this.below(3) === 0)
  }

  private opened(): number {
    this.open.push(this.next)
    this.next += 2
    return this.next - 2
  }

  private pick<T>(among: readonly T[]): T {
    return among[this.below(among.length)] as T
  }
}

/** mulberry32 */
function randomBy(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}
