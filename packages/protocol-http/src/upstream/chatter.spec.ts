import { fakeTarget } from '@wardgate/gateway/testing'
import type { ServerCertificate } from '@wardgate/gateway'
import { once } from 'node:events'
import { connect, type AddressInfo } from 'node:net'
import { createServer, type Server, type TLSSocket } from 'node:tls'
import { settings as schema } from '../settings'
import { selfSigned } from '../testing/certificate'
import { MAX_CHATTER_BYTES } from '../wire/limits'
import { Chatter } from './chatter'
import { UpstreamPools } from './pools'

describe('what a target says beyond answers', () => {
  beforeEach(() => jest.useFakeTimers())
  afterEach(() => jest.useRealTimers())

  function talking() {
    const connection = { bytesRead: 0, bytesWritten: 0, destroy: jest.fn(), once: jest.fn() }
    const chatter = new Chatter()
    chatter.watch(connection)
    const aMinute = (read: number, written = 0) => {
      for (let second = 0; second < 60; second++) {
        connection.bytesRead += read / 60
        connection.bytesWritten += written / 60
        jest.advanceTimersByTime(1_000)
      }
    }
    return { connection, chatter, aMinute }
  }

  it('may go on for ever where it is little', () => {
    const { connection, aMinute } = talking()
    for (let minute = 0; minute < 60; minute++) aMinute(MAX_CHATTER_BYTES * 0.9)
    expect(connection.destroy).not.toHaveBeenCalled()
  })

  it('ends its connection where it is more than the limit in a minute', () => {
    const { connection, aMinute } = talking()
    aMinute(MAX_CHATTER_BYTES * 2.5)
    expect(connection.destroy).toHaveBeenCalledWith(
      expect.objectContaining({ code: 'ERR_TARGET_LOST' }),
    )
  })

  it('is told from answers in the smallest of frames, and from what uploads take', () => {
    const { connection, chatter, aMinute } = talking()
    chatter.answered(MAX_CHATTER_BYTES)
    connection.bytesRead += MAX_CHATTER_BYTES * 40
    aMinute(0)
    aMinute(MAX_CHATTER_BYTES * 10, MAX_CHATTER_BYTES * 100)
    expect(connection.destroy).not.toHaveBeenCalled()
  })

  it('is told from answers that wait in the windows of many connections', () => {
    const { connection: first, chatter } = talking()
    const connections = Array.from({ length: 63 }, () => ({ ...first, bytesRead: 0 }))
    for (const connection of connections) chatter.watch(connection)
    for (const connection of connections) connection.bytesRead = 512 * 1024
    jest.advanceTimersByTime(1_000)
    expect(first.destroy).not.toHaveBeenCalled()
  })

  it('is no less for being answered, as PING is', () => {
    const { connection, aMinute } = talking()
    aMinute(MAX_CHATTER_BYTES * 3, MAX_CHATTER_BYTES * 3)
    expect(connection.destroy).toHaveBeenCalled()
  })
})

describe('a target over HTTP/2', () => {
  const settingsFrame = Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0])
  /** https://datatracker.ietf.org/doc/html/rfc9113#section-6.9 */
  const windowUpdate = Buffer.from([0, 0, 4, 8, 0, 0, 0, 0, 0, 0, 0, 0, 1])
  const ping = Buffer.from([0, 0, 8, 6, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8])
  const priority = Buffer.from([0, 0, 5, 2, 0, 0, 0, 0, 1, 0, 0, 0, 3, 16])
  const unknown = Buffer.from([0, 0, 4, 0xfa, 0, 0, 0, 0, 0, 1, 2, 3, 4])
  let certificate: ServerCertificate
  let server: Server
  let pools: UpstreamPools

  beforeAll(async () => (certificate = await selfSigned('target.test')))
  afterEach(() => {
    pools.close()
    server.close()
  })

  const ours = /bytes in a minute/
  /** nghttp2 counts what it would have to acknowledge. */
  const its = /Flooding was detected/

  it.each([
    ['WINDOW_UPDATE', windowUpdate, ours],
    ['PRIORITY', priority, ours],
    ['frames of no known type', unknown, ours],
    ['PING', ping, its],
    ['SETTINGS', settingsFrame, its],
  ])('is left when it sends %s for ever', async (_name, frame, reason) => {
    pools = new UpstreamPools()
    server = createServer({ ...certificate, ALPNProtocols: ['h2'] }).listen(0, '127.0.0.1')
    const flood = Buffer.concat(new Array<Buffer>(1_000).fill(frame))
    server.on('secureConnection', (socket: TLSSocket) => {
      const more = () => {
        // Windows have an end.
        for (let left = 100; left > 0 && socket.write(flood); left--);
      }
      socket
        .on('error', () => undefined)
        .on('drain', more)
        .resume()
      socket.write(settingsFrame)
      more()
    })
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const target = fakeTarget(() => Promise.resolve(connect(port, '127.0.0.1')), {
      tls: { mode: 'require' },
    })
    const { pool } = pools.acquire(target, schema.parse({}))
    await expect(pool.request({ method: 'GET', path: '/' })).rejects.toThrow(reason)
  })
})
