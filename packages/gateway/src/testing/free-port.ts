import { once } from 'node:events'
import { createServer } from 'node:net'

/** Below what systems give to outgoing connections (Linux: 32768 and up), one of which could take it in between. */
const lowest = 10_000
/** One for each of jest's workers, which look for ports at the same time. */
const slices = 10
const sliceSize = 500
const mostTries = 50

const { JEST_WORKER_ID: worker = process.pid } = process.env
const slice = lowest + (Number(worker) % slices) * sliceSize
let turn = Math.floor(Math.random() * sliceSize)

/**
 * A port of the loopback address that nobody listens on now, and that this process was not given a moment ago: good
 * enough for a server that is started soon.
 */
export async function freePort(): Promise<number> {
  for (let tried = 0; tried < mostTries; tried += 1) {
    turn = (turn + 1) % sliceSize
    if (await isFree(slice + turn)) return slice + turn
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
