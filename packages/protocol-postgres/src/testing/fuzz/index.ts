import { play, type Findings, type Stream } from './play'
import { Random } from './random'
import { clientMessages, logIn, upstreamMessages } from './vocabulary'

export interface FuzzResult extends Findings {
  readonly streams: number
}

export interface FuzzOptions {
  readonly streams: number
  readonly seed: number
  /** Who is hostile. */
  readonly side: 'client' | 'target'
}

/** How many sessions run at the same time: turns of the event loop are shared. */
const AT_ONCE = 64
/** One in so many streams starts with its login. */
const FROM_START = 10

/** Sends mutated bytes through the engine from one side. Throws on a crash; counts the rest. */
export async function fuzz({ streams, seed, side }: FuzzOptions): Promise<FuzzResult> {
  const random = new Random(seed)
  const findings: Findings = { hangs: 0, unsettled: 0, denied: 0, leaks: 0 }
  const makeStream = side === 'client' ? hostileClient : hostileTarget
  for (let played = 0; played < streams; played += AT_ONCE) {
    const batch = Array.from({ length: Math.min(AT_ONCE, streams - played) }, (_, index) =>
      play(makeStream(random, (played + index) % FROM_START === 0), random, findings),
    )
    await Promise.all(batch)
  }
  return { streams, ...findings }
}

function hostileClient(random: Random, isFromStart: boolean): Stream {
  const start = isFromStart ? logIn : []
  const bytes = Buffer.concat([...start, ...conversation(random)])
  // Most streams keep their login, so that what lies behind it is reached.
  const from = random.fraction() < 0.5 ? Buffer.concat(start).length : 0
  return { bytes: random.mutate(bytes, from), isFromStart }
}

function hostileTarget(random: Random, isFromStart: boolean): Stream {
  const start = isFromStart ? logIn : []
  const bytes = Buffer.concat([...start, ...conversation(random)])
  const tamper = (chunk: Buffer): Buffer => {
    const roll = random.fraction()
    if (roll < 0.3) return random.mutate(chunk)
    if (roll < 0.5) return Buffer.concat([random.pick(upstreamMessages), chunk])
    if (roll < 0.6) return random.pick(upstreamMessages)
    return chunk
  }
  return { bytes, isFromStart, tamper }
}

function conversation(random: Random): Buffer[] {
  return Array.from({ length: 1 + random.below(12) }, () => random.pick(clientMessages))
}
