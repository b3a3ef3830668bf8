import { type Permit, stepBytes } from '@wardgate/gateway'
import { setImmediate as nextTurn } from 'node:timers/promises'

/** Work that stops now and then for others to have their turn. */
export type Steps<T> = Generator<undefined, T, undefined>

type BodyMasker = ReturnType<Permit['body']>

/** For which one body is worked on before others have their turn. */
export const TURN_MILLIS = 8

export function* stepsOf(bytes: Buffer): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += stepBytes) yield bytes.subarray(at, at + stepBytes)
}

/** What a masker shows of bytes that are there as a whole. Others have their turn while it is worked out. */
export function writtenInTurns(masker: BodyMasker, bytes: Buffer): Promise<Buffer> {
  return inTurns(bytes, function* (step) {
    yield masker.write(step)
    while (masker.isBehind) yield masker.write(nothing)
  })
}

/** All of it. Others have their turn between two steps of it. */
export async function doneInTurns<T>(steps: Steps<T>): Promise<T> {
  let until = performance.now() + TURN_MILLIS
  for (;;) {
    const { done, value } = steps.next()
    if (done === true) return value
    if (performance.now() < until) continue
    await nextTurn()
    until = performance.now() + TURN_MILLIS
  }
}

/** What comes of the steps of bytes that are there as a whole. Others have their turn between two parts of it. */
export async function inTurns(
  bytes: Buffer,
  partsOf: (step: Buffer) => Iterable<Uint8Array>,
): Promise<Buffer> {
  const shown: Uint8Array[] = []
  let until = performance.now() + TURN_MILLIS
  for (const step of stepsOf(bytes))
    for (const part of partsOf(step)) {
      // A copy: what a masker hands out is its own by the next turn.
      shown.push(Buffer.from(part))
      if (performance.now() < until) continue
      await nextTurn()
      until = performance.now() + TURN_MILLIS
    }
  return Buffer.concat(shown)
}

export const nothing = new Uint8Array()
