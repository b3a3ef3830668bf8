import { once } from 'node:events'
import { createServer } from 'node:net'

/** Below what systems give to outgoing connections (Linux: 32768 and up), one of which could take it in between. */
const lowest = 10_000
/** Jest's workers look for ports at the same time, each in a range of its own. */
const ranges = 10
const rangeSize = 500
const mostTries = 50

const { JEST_WORKER_ID: worker = process.pid } = process.env
const first = lowest + (Number(worker) % ranges) * rangeSize
let turn = Math.floor(Math.random() * rangeSize)

/**
 * A port of the loopback address that nobody listens on now, and that nobody else was given a moment ago: a server takes
 * it some seconds later, when there is a database for it.
 */
export async function freePort(): Promise<number> {
  for (let tried = 0; tried < mostTries; tried += 1) {
    turn = (turn + 1) % rangeSize
    const port = first + turn
    if (await isFree(port)) return port
  }
  throw new Error('no free port')
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, '127.0.0.1')
  try {
    await once(server, 'listening')
  } catch {
    return false
  }
  server.close()
  await once(server, 'close')
  return true
}
