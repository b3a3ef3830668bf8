import { once } from 'node:events'
import { createServer } from 'node:net'

/** A port that nobody listens on now; good enough for a server that is started at once. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const at = server.address()
  server.close()
  await once(server, 'close')
  return typeof at === 'object' && at !== null ? at.port : 0
}
