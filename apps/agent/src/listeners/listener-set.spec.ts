import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { createServer, connect, type Socket } from 'node:net'
import { join } from 'node:path'
import type { GatewayError } from '@wardgate/errors'
import { lineProtocol, freePort } from '@wardgate/gateway/testing'
import { type ListenerSpec, makeListenerSpec } from '../config/listener-spec'
import { temporaryFolder } from '../testing/temporary-folder'
import { ListenerSet } from './listener-set'

let failures: [string, GatewayError][]
let accepted: [Socket, ListenerSpec][]
let set: ListenerSet
let folder: ReturnType<typeof temporaryFolder>

beforeEach(() => {
  failures = []
  accepted = []
  folder = temporaryFolder()
  set = new ListenerSet({
    hasTls: false,
    protocols: [sealed],
    accept: (client, spec) => accepted.push([client, spec]),
    failed: (spec, error) => failures.push([spec.text, error]),
  })
})
afterEach(() => {
  set.close()
  for (const [client] of accepted) client.destroy()
  folder.remove()
})

const sealed = {
  ...lineProtocol,
  name: 'sealed',
  capabilities: { ...lineProtocol.capabilities, encrypts: true },
}

function spec(text: string, connection = '', protocol = 'p'): ListenerSpec {
  return makeListenerSpec(protocol, connection, text)!
}

describe('the listeners', () => {
  it('says which address is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    const at = other.address() as { port: number }
    const taken = `127.0.0.1:${at.port}`
    await expect(set.configure([spec(taken)])).rejects.toMatchObject({
      code: 'ERR_CONFIG_INVALID',
      message: `cannot listen on ${taken}: the address is taken`,
    })
    await set.assign([spec(taken)])
    expect(failures).toMatchObject([[taken, { code: 'ERR_CONFIG_INVALID' }]])
    other.close()
  })

  it('refuses an assigned listener beyond the machine without TLS', async () => {
    await set.assign([spec('0.0.0.0:0')])
    expect(failures).toMatchObject([['0.0.0.0:0', { message: '0.0.0.0:0 needs TLS' }]])
    expect(set.specs).toEqual([])
  })

  it('opens one beyond the machine for a protocol that encrypts by itself', async () => {
    await set.assign([spec('0.0.0.0:0', '', 'sealed')])
    expect(failures).toEqual([])
    expect(set.specs).toHaveLength(1)
  })

  it('changes what is assigned and keeps what is configured and connected', async () => {
    const [first, second] = [await freePort(), await freePort()]
    await set.configure([spec('127.0.0.1:0')])
    await set.assign([spec(`127.0.0.1:${first}`, 'shop')])
    const client = connect(first, '127.0.0.1')
    await once(client, 'connect')
    await set.assign([spec(`127.0.0.1:${second}`, 'shop')])
    expect(set.specs.map(({ text }) => text)).toEqual(['127.0.0.1:0', `127.0.0.1:${second}`])
    expect(client.destroyed).toBe(false)
    client.destroy()
  })

  it('takes over the socket file of a killed agent, but not that of a living one', async () => {
    const path = join(folder.path, 'shop')
    const bindAndDie = `require('net').createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 'SIGKILL'))`
    spawnSync(process.execPath, ['-e', bindAndDie])
    await set.configure([spec(path)])
    const client = connect(path)
    await once(client, 'connect')
    client.destroy()
    const rival = new ListenerSet({
      hasTls: false,
      protocols: [],
      accept: () => undefined,
      failed: () => undefined,
    })
    await expect(rival.configure([spec(path)])).rejects.toThrow('taken')
  })
})
