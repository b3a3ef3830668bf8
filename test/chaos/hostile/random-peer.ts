import * as frames from './frames'
import type { Random } from './random'

/** A peer of HTTP/2 that sends frames in any order. */
export class RandomPeer {
  private readonly open: number[] = []
  private readonly random: Random
  private next = 1

  constructor(random: Random) {
    this.random = random
  }

  /** Up to a dozen frames in one piece: what is dangerous is what comes in the same bytes. */
  burst(): Buffer {
    const length = 1 + this.random.below(12)
    return Buffer.concat(Array.from({ length }, () => this.frame()))
  }

  private frame(): Buffer {
    const { random } = this
    const stream = this.open.length === 0 ? 0 : random.pick(this.open)
    const kind = random.below(14)
    if (kind < 3) return frames.openRequest(this.opened())
    if (kind < 5) return frames.request(this.opened())
    if (kind === 5) return frames.goAway(random.pick([0, 0, 0, 1, 2, 11]))
    if (kind === 6) return frames.windowUpdate(random.below(2) * stream, 1 + random.below(1000))
    if (stream === 0) return random.pick([frames.ping(), frames.settings(), frames.priority(1)])
    if (kind === 7) return frames.reset(stream, random.pick([0, 1, 7, 8, 11]))
    if (kind === 8) return frames.trailers(stream)
    return frames.data(stream, random.below(400), random.below(3) === 0)
  }

  private opened(): number {
    this.open.push(this.next)
    this.next += 2
    return this.next - 2
  }
}
