/** What the next message of the client has to wait for; undefined = nothing. */
export type Wait = Promise<void> | undefined

/**
 * Goes on at once with a value that is there. Most operations are decided from the memo, and a promise for each would
 * cost more than the decision.
 */
export function whenKnown<T>(value: T | Promise<T>, next: (value: T) => Wait): Wait {
  return value instanceof Promise ? value.then(next) : next(value)
}
