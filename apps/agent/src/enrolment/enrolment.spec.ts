import { statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createLogger } from '@wardgate/logger'
import { createAgentClient } from '../control/client'
import { quietLog } from '../testing/quiet-log'
import { TestAuthority } from '../testing/certificates'
import { FakeControlPlane, startEnrolment, until } from '../testing/fake-control-plane'
import { temporaryFolder } from '../testing/temporary-folder'
import { enrol } from './enrol'
import { type Identity, lifeOf, loadIdentity, saveIdentity } from './identity'
import { Renewal } from './renewal'

let plane: FakeControlPlane
let enrolment: Awaited<ReturnType<typeof startEnrolment>>
let folder: ReturnType<typeof temporaryFolder>

beforeEach(async () => {
  plane = await FakeControlPlane.start()
  enrolment = await startEnrolment(plane)
  folder = temporaryFolder()
})
afterEach(() => {
  enrolment.stop()
  plane.stop()
  folder.remove()
})

function join1(digest = plane.authority.digest, secret = plane.joinSecret): Promise<Identity> {
  return enrol({
    address: enrolment.address,
    agentName: 'agent',
    joinToken: `wgj1.${secret}.${digest}`,
    version: '0.1.0',
  })
}

describe('enrolment', () => {
  it('trades a join token for a certificate that the control plane accepts', async () => {
    const identity = await join1()
    saveIdentity(folder.path, identity)
    expect(statSync(join(folder.path, 'identity.json')).mode & 0o777).toBe(0o600)
    expect(loadIdentity(folder.path)).toEqual(identity)
    const client = createAgentClient(plane.address, identity)
    client.attach().on('error', () => undefined)
    await until(() => plane.attached.length === 1)
    client.close()
  })

  it('never sends the secret to a server with another authority', async () => {
    const { digest } = await TestAuthority.create()
    await expect(join1(digest)).rejects.toMatchObject({
      code: 'ERR_AUTH_INVALID_TOKEN',
      message: expect.stringContaining('authority'),
    })
  })

  it('says what to do when the token is used up, malformed, or nobody answers', async () => {
    await expect(join1(plane.authority.digest, 'other')).rejects.toMatchObject({
      code: 'ERR_AUTH_INVALID_TOKEN',
      nextStep: expect.stringContaining('new one'),
    })
    await expect(join1('zz')).rejects.toMatchObject({ code: 'ERR_CONFIG_INVALID' })
    enrolment.stop()
    await expect(join1()).rejects.toMatchObject({ code: 'ERR_CONTROL_UNAVAILABLE' })
  })

  it('renews the certificate with a new key at two thirds of its life', async () => {
    plane.lifeMillis = 2000
    const identity = await join1()
    const client = createAgentClient(plane.address, identity)
    const renewed: Identity[] = []
    plane.lifeMillis = 3_600_000
    const renewal = new Renewal(
      {
        clock: { now: () => Date.now(), micros: () => 0 },
        log: quietLog,
        client: () => client,
        renewed: (fresh) => renewed.push(fresh),
      },
      identity,
    )
    renewal.start()
    await until(() => renewed.length === 1)
    expect(renewed[0]!.key).not.toBe(identity.key)
    expect(lifeOf(renewed[0]!).notAfter).toBeGreaterThan(lifeOf(identity).notAfter)
    renewal.stop()
    client.close()
  })

  it('says what to do when the certificate expired while nobody could renew it', async () => {
    const told: unknown[] = []
    const log = Object.assign(createLogger({ name: 'agent', level: 'silent' }), {
      error: (...args: unknown[]) => void told.push(args),
    })
    const identity = { agentId: 'a', name: 'agent', ...(await plane.authority.agent('agent', -1)) }
    const client = createAgentClient(plane.address, identity)
    const renewal = new Renewal(
      {
        clock: { now: () => Date.now(), micros: () => 0 },
        log,
        client: () => client,
        renewed: () => undefined,
      },
      identity,
    )
    renewal.start()
    await until(() => told.length === 1)
    expect(renewal.hasExpired).toBe(true)
    expect(told).toEqual([
      [
        { err: expect.anything(), nextStep: expect.stringContaining('new join token') },
        'certificate expired',
      ],
    ])
    renewal.stop()
    client.close()
  })

  it('refuses a damaged identity instead of enrolling again', () => {
    writeFileSync(join(folder.path, 'identity.json'), '{"agentId":')
    expect(() => loadIdentity(folder.path)).toThrow('cannot be read')
  })
})
