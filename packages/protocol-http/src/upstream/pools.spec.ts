import { TargetError } from '@wardgate/errors'
import { fakeTarget } from '@wardgate/gateway/testing'
import { EventEmitter, once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { connect, type AddressInfo } from 'node:net'
import { settings as schema } from '../settings'
import { UpstreamPools } from './pools'

const settings = schema.parse({})
const request = { method: 'GET', path: '/' } as const
const gone = new TargetError('ERR_TARGET_UNREACHABLE', 'cannot connect')

let server: Server
let pools: UpstreamPools

beforeEach(async () => {
  server = createServer((_request, response) => response.end('ok')).listen(0, '127.0.0.1')
  await once(server, 'listening')
  pools = new UpstreamPools()
})

afterEach(async () => {
  pools.close()
  server.close()
  await once(server, 'close')
})

function reachable() {
  const { port } = server.address() as AddressInfo
  return fakeTarget(() => Promise.resolve(connect(port, '127.0.0.1')))
}

/** One that dials until it is told that it cannot. */
function dialling() {
  const events = new EventEmitter()
  const began = once(events, 'began')
  const target = fakeTarget(async () => {
    events.emit('began')
    await once(events, 'failed')
    throw gone
  })
  return { target, began, fail: () => events.emit('failed') }
}

describe('sessions of one principal that share their connections to a target', () => {
  it('do not lose a request when the one that dialled for it ends', async () => {
    const { target, began, fail } = dialling()
    const { pool } = pools.acquire(reachable(), settings)
    const other = pools.acquire(target, settings)
    const answer = pool.request(request)
    await began
    other.release()
    fail()
    expect(await (await answer).body.text()).toBe('ok')
  })

  it('are told when the target cannot be reached', async () => {
    const { target, began, fail } = dialling()
    const { pool } = pools.acquire(reachable(), settings)
    pools.acquire(target, settings)
    const answer = pool.request(request)
    const refused = expect(answer).rejects.toBe(gone)
    await began
    fail()
    await refused
  })
})

describe('a request that failed over HTTP/2', () => {
  const tls = { mode: 'require' } as const

  it('leaves its connections to what runs on them, and others to what comes', () => {
    const one = pools.acquire({ ...reachable(), tls }, settings)
    const other = pools.acquire({ ...reachable(), tls }, settings)
    const failed = one.pool
    one.renew(failed)
    expect(one.pool).not.toBe(failed)
    expect(other.pool).toBe(one.pool)
    expect([failed.closed, one.pool.closed]).toEqual([true, false])
  })

  it('renews nothing that another has renewed already', () => {
    const { pool: failed, ...parts } = pools.acquire({ ...reachable(), tls }, settings)
    parts.renew(failed)
    const renewed = pools.acquire({ ...reachable(), tls }, settings).pool
    parts.renew(failed)
    expect(pools.acquire({ ...reachable(), tls }, settings).pool).toBe(renewed)
  })

  it('changes nothing over HTTP/1.1, where it had a connection of its own', () => {
    const one = pools.acquire(reachable(), settings)
    const failed = one.pool
    one.renew(failed)
    expect(one.pool).toBe(failed)
  })
})
