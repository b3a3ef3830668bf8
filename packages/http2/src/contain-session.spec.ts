import { once } from 'node:events'
import {
  connect,
  type ClientHttp2Session,
  createServer,
  type Http2Server,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2'
import type { AddressInfo } from 'node:net'
import { containServer } from './contain-server'
import { containDestruction } from './contain-session'

let server: Http2Server
let client: ClientHttp2Session

beforeEach(async () => {
  server = containServer(createServer()).listen(0, '127.0.0.1')
  await once(server, 'listening')
  client = connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
})

afterEach(() => {
  client.destroy()
  server.close()
})

const sessionOf = async () => ((await once(server, 'session')) as [ServerHttp2Session])[0]
const streamOf = async () => ((await once(server, 'stream')) as [ServerHttp2Stream])[0]

async function textOf(path: string): Promise<string> {
  const request = client.request({ ':path': path })
  const chunks: Buffer[] = await request.toArray()
  return Buffer.concat(chunks).toString()
}

describe('a contained session', () => {
  it('is not over before what called for its end has returned', async () => {
    const session = await sessionOf()
    session.destroy()
    expect(session.destroyed).toBe(false)
    await once(session, 'close')
    expect(session.destroyed).toBe(true)
  })

  it('ends at once when it is closed without a request', async () => {
    const session = await sessionOf()
    const closed = jest.fn()
    session.close(closed)
    await once(client, 'close')
    expect(closed).toHaveBeenCalledTimes(1)
  })

  it('ends with the last request that it has when it is closed', async () => {
    const session = sessionOf()
    const streams: ServerHttp2Stream[] = []
    server.on('stream', (stream: ServerHttp2Stream) => {
      streams.push(stream)
      if (streams.length < 2) return
      for (const each of streams) each.respond()
      streams[0]?.end('first')
      setImmediate(() => streams[1]?.end('second'))
    })
    const texts = Promise.all([textOf('/1'), textOf('/2')])
    await once(server, 'stream')
    ;(await session).close()
    expect(await texts).toEqual(['first', 'second'])
    await once(client, 'close')
  })

  it('takes requests until then', async () => {
    const [first, session] = [streamOf(), sessionOf()]
    const held = textOf('/held')
    const stream = await first
    ;(await session).close()
    const second = streamOf()
    const text = textOf('/late')
    const late = await second
    late.respond()
    late.end('late')
    expect(await text).toBe('late')
    stream.respond()
    stream.end('held')
    expect(await held).toBe('held')
  })

  it('tells nobody of a request that is over already', async () => {
    const session = await sessionOf()
    const first = streamOf()
    client.request({ ':path': '/' }).on('error', () => undefined)
    const stream = await first
    const told = jest.fn()
    server.on('stream', told)
    session.emit('stream', stream, {}, 0)
    stream.close(8)
    session.emit('stream', stream, {}, 0)
    expect(told).toHaveBeenCalledTimes(1)
  })
})

describe('a contained session of a client', () => {
  it('is destroyed once nothing is being read', async () => {
    containDestruction(client)
    await once(client, 'connect')
    client.destroy()
    expect(client.destroyed).toBe(false)
    await once(client, 'close')
  })
})
