import type { Permit } from '@wardgate/gateway'
import { setImmediate as nextTurn } from 'node:timers/promises'

type BodyMasker = ReturnType<Permit['body']>

/** What is looked at before anybody else may have a turn: some 20 ms where every detector reads the worst text. */
export const STEP_BYTES = 16 * 1024
/** For which one body is worked on before others have their turn. */
export const TURN_MILLIS = 8

export function* stepsOf(bytes: Buffer): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += STEP_BYTES) yield bytes.subarray(at, at + STEP_BYTES)
}

/** What a masker shows of bytes that are there as a whole. Others have their turn while it is worked out. */
export async function writtenInTurns(masker: BodyMasker, bytes: Buffer): Promise<Buffer> {
  const shown: Uint8Array[] = []
  let until = performance.now() + TURN_MILLIS
  const write = async (step: Uint8Array) => {
    // A copy: what a masker hands out is its own by the next turn.
    shown.push(Buffer.from(masker.write(step)))
    if (performance.now() < until) return
    await nextTurn()
    until = performance.now() + TURN_MILLIS
  }
  for (const step of stepsOf(bytes)) {
    await write(step)
    while (masker.isBehind) await write(nothing)
  }
  return Buffer.concat(shown)
}

export const nothing = new Uint8Array()
