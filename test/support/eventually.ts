import { setTimeout as delay } from 'node:timers/promises'

const pollMillis = 50

/** Asks again until there is an answer; the limit is a failure, not a synchronisation. */
export async function eventually<T>(
  ask: () => Promise<T | undefined>,
  limitMillis = 20_000,
): Promise<T> {
  const deadline = Date.now() + limitMillis
  for (;;) {
    const answer = await ask()
    if (answer !== undefined) return answer
    if (Date.now() > deadline) throw new Error(`not within ${limitMillis} ms`)
    await delay(pollMillis)
  }
}
