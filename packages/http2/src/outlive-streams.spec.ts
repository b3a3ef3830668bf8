import { once } from 'node:events'
import { connect, createServer, type ClientHttp2Session } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { handleOf, outliveRequests } from './outlive-streams'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

/** In turns of their own: what a turn has looked at stays until its end. */
async function isCollected(of: WeakRef<object>): Promise<boolean> {
  for (let round = 0; round < 10; round += 1) {
    await delay(5)
    collect()
  }
  await delay(5)
  return of.deref() === undefined
}

const server = createServer((_request, response) => response.end('served'))

beforeAll(async () => {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
})
afterAll(() => server.close())

/** What stands behind a session that is over, weakly, and behind the one stream that it had. */
async function overSession(prepare: (session: ClientHttp2Session) => void) {
  const session = connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  prepare(session)
  const stream = session.request({ ':path': '/' })
  await once(stream, 'ready')
  const [ofSession, ofStream] = [handleOf(session), handleOf(stream)]
  if (ofSession === undefined || ofStream === undefined) throw new Error('nothing stands behind it')
  await stream.resume().toArray()
  session.close()
  await once(session, 'close')
  return { ofSession: new WeakRef(ofSession), ofStream: { held: ofStream as object | undefined } }
}

it('keeps what stands behind a session for as long as what stands behind its streams', async () => {
  const { ofSession, ofStream } = await overSession(outliveRequests)
  expect(await isCollected(ofSession)).toBe(false)
  ofStream.held = undefined
  expect(await isCollected(ofSession)).toBe(true)
})

it('is needed: node itself collects it before', async () => {
  const { ofSession, ofStream } = await overSession(() => undefined)
  expect(await isCollected(ofSession)).toBe(true)
  expect(ofStream.held).toBeDefined()
})
