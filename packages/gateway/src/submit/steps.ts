import { InternalError } from '@wardgate/errors'
import type { Denial, Permit } from '../protocol'
import type { Attempt, Step, StepResult } from './attempt'
import { checkInFlight } from './check-in-flight'
import { checkOpen } from './check-open'
import { decide } from './decide'
import { flushIntent } from './flush-intent'
import { lookUpMemo } from './look-up-memo'
import { makePermit } from './make-permit'
import { refuseDenied } from './refuse-denied'
import { remember } from './remember'
import { writeIntent } from './write-intent'

/** The way of an operation to its permit. The order is the security: read it from top to bottom. */
export const steps: readonly Step[] = [
  checkOpen,
  checkInFlight,
  lookUpMemo,
  decide, //       waits on a memo miss, longer while people decide
  checkOpen,
  remember,
  refuseDenied,
  writeIntent,
  flushIntent, //  waits for the write that this turn's intents share, or for the disk
  checkOpen,
  makePermit,
]

/** Synchronous as long as no step waits: a promise a step would cost more than all of them. */
export function run(attempt: Attempt, first = 0): Permit | Denial | Promise<Permit | Denial> {
  for (let index = first; index < steps.length; index++) {
    const result = steps[index]?.(attempt)
    if (result instanceof Promise) return resume(attempt, result, index + 1)
    if (result !== undefined) return result
  }
  throw new InternalError('the last step made no permit')
}

async function resume(
  attempt: Attempt,
  waiting: Promise<StepResult>,
  next: number,
): Promise<Permit | Denial> {
  return (await waiting) ?? run(attempt, next)
}
