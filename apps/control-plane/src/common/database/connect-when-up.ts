import { setTimeout as delay } from 'node:timers/promises'
import { Client, type ClientConfig } from 'pg'

const waitMillis = 30_000
const pauseMillis = 50
/** PostgreSQL: "the database system is starting up". */
const cannotConnectNow = '57P03'

/** Connects; a server that is about to start is waited for, so that both can be started at once. */
export async function connectWhenUp(
  config: ClientConfig,
  limitMillis = waitMillis,
): Promise<Client> {
  const deadline = Date.now() + limitMillis
  for (;;) {
    const client = new Client(config)
    try {
      await client.connect()
      return client
    } catch (error) {
      await client.end().catch(() => undefined)
      if (!isStarting(error) || Date.now() >= deadline) throw error
    }
    await delay(pauseMillis)
  }
}

function isStarting(error: unknown): boolean {
  const code = typeof error === 'object' && error !== null && 'code' in error && error.code
  return code === 'ECONNREFUSED' || code === cannotConnectNow
}
