import type { GatewayError } from '@wardgate/errors'
import type { Timers } from '../ports'

/** The promise's result, or the signal's reason as soon as it aborts, even when the promise ignores the signal. */
export function until<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const aborted = () => reject(signal.reason as GatewayError)
    if (signal.aborted) aborted()
    signal.addEventListener('abort', aborted)
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', aborted))
  })
}

/** A signal that also aborts with `error` after `millis`, or `extend`ed from then on; call `stop` when the work is done. */
export function deadline(
  signal: AbortSignal,
  timers: Timers,
  millis: number,
  error: () => GatewayError,
): { readonly signal: AbortSignal; extend(millis: number): void; stop(): void } {
  // Not AbortSignal.any: its bookkeeping costs a short session more than the rest of its handshake.
  const either = new AbortController()
  const follow = () => either.abort(signal.reason)
  if (signal.aborted) follow()
  signal.addEventListener('abort', follow)
  const start = (after: number) => timers.after(after, () => either.abort(error()))
  let stopTimer = start(millis)
  return {
    signal: either.signal,
    extend: (after) => {
      stopTimer()
      stopTimer = start(after)
    },
    stop: () => {
      stopTimer()
      signal.removeEventListener('abort', follow)
    },
  }
}

/** Resolves when the promise has settled either way, or after `millis`. */
export function settledWithin(promise: Promise<unknown>, timers: Timers, millis: number) {
  return new Promise<void>((resolve) => {
    const stop = timers.after(millis, resolve)
    const settled = () => {
      stop()
      resolve()
    }
    promise.then(settled, settled)
  })
}
