import { createHash } from 'node:crypto'
import { freePort } from '@wardgate/gateway/testing'
import { connect } from 'node:net'
import { FsyncPolicy, type SpoolRecord } from '@wardgate/contract'
import type { Cluster } from '@wardgate/embedded-postgres'
import { startTestCluster } from '@wardgate/embedded-postgres/testing'
import { protocols } from '@wardgate/protocols'
import { Client } from 'pg'
import { Agent } from './agent'
import type { Config } from './config/env'
import { parseListener } from './config/listener-spec'
import { obtainIdentity } from './enrolment/obtain-identity'
import {
  allowed,
  FakeControlPlane,
  opened,
  startEnrolment,
  until,
} from './testing/fake-control-plane'
import { quietLog } from './testing/quiet-log'
import { temporaryFolder } from './testing/temporary-folder'

let cluster: Cluster
let folder: ReturnType<typeof temporaryFolder>
let plane: FakeControlPlane
let enrolment: Awaited<ReturnType<typeof startEnrolment>>
let agent: Agent
let ended: unknown[]
let records: SpoolRecord[]

beforeAll(async () => {
  cluster = await startTestCluster()
}, 60_000)
afterAll(async () => {
  await cluster.remove()
})

beforeEach(async () => {
  ended = []
  records = []
  folder = temporaryFolder()
  plane = await FakeControlPlane.start()
  enrolment = await startEnrolment(plane)
  plane.onSession = (call, { message }) => {
    if (message?.$case === 'open') call.write(sessionAtCluster())
    if (message?.$case === 'decide')
      call.write({ message: { $case: 'verdict', value: allowed(message.value.operationId) } })
  }
  plane.onIngest = (call, request) => {
    records.push(...request.records)
    call.write({
      spoolId: request.spoolId,
      acknowledged: request.records.at(-1)?.sequence ?? 0n,
    })
  }
  const config = configFor()
  const identity = await obtainIdentity(config, {
    version: '0',
    log: quietLog,
    signal: new AbortController().signal,
  })
  agent = new Agent({
    config,
    identity: identity!,
    protocols,
    version: '0',
    log: quietLog,
    ended: (error) => ended.push(error),
  })
  await agent.start()
  await until(() => agent.problems().length === 0)
})
afterEach(async () => {
  await agent.stop()
  enrolment.stop()
  plane.stop()
  folder.remove()
})

function configFor(): Config {
  return {
    agentName: 'agent',
    controlPlane: plane.address,
    enrolment: enrolment.address,
    joinToken: { reveal: () => `wgj1.secret.${plane.authority.digest}` } as Config['joinToken'],
    stateFolder: folder.path,
    listeners: [parseListener('postgres=127.0.0.1:0')!],
    tls: undefined,
    health: undefined,
    metricsToken: undefined,
    spoolMaxBytes: 64 << 20,
    maxSessionsPerPrincipal: 50,
    maxSessions: 100,
    promptMillis: 120_000,
    drainMillis: 200,
    catalogMillis: 60_000,
    logLevel: 'error',
    traces: undefined,
  }
}

function sessionAtCluster() {
  const response = opened()
  if (response.message?.$case !== 'opened') throw new Error('no session')
  const { target, modes } = response.message.value
  target!.endpoints = [{ host: cluster.host, port: cluster.port }]
  target!.database = 'postgres'
  target!.credential = {
    kind: { $case: 'password', value: { user: cluster.user, password: cluster.password } },
  }
  modes!.fsync = FsyncPolicy.FSYNC_POLICY_BEFORE_FORWARD
  return response
}

async function client(): Promise<Client> {
  const { port } = agent.listeners[0]!
  const made = new Client({
    host: '127.0.0.1',
    port: port!,
    user: 'shop',
    password: 'token',
    database: 'postgres',
  })
  made.on('error', () => undefined)
  await made.connect()
  return made
}

function cases(): (string | undefined)[] {
  return records.map(({ entry }) => entry?.$case)
}

describe('the agent', () => {
  it('serves a client, with an intent before and an outcome after in the control plane', async () => {
    const session = await client()
    const { rows } = await session.query('SELECT 6 * 7 AS answer')
    expect(rows).toEqual([{ answer: 42 }])
    await session.end()
    await until(() => cases().includes('sessionEnded'))
    expect(cases().slice(0, 3)).toEqual(['spoolCreated', 'agentLife', 'agentLife'])
    expect(cases()).toEqual(expect.arrayContaining(['intent', 'outcome', 'recording']))
    expect(records.map(({ sequence }) => Number(sequence))).toEqual(
      records.map((_, index) => index + 1),
    )
  }, 20_000)

  it('refuses statements that the control plane denies, and never forwards them', async () => {
    const session = await client()
    plane.onSession = (call, { message }) => {
      if (message?.$case !== 'decide') return
      const refused = {
        code: 'ERR_POLICY_DENIED',
        message: 'no DDL here',
        nextStep: '',
        retryable: false,
      }
      const verdict = { ...allowed(message.value.operationId) }
      verdict.outcome = { $case: 'deny', value: refused }
      call.write({ message: { $case: 'verdict', value: verdict } })
    }
    await expect(session.query('CREATE TABLE leak ()')).rejects.toThrow('no DDL here')
    await session.end()
    const direct = new Client({
      connectionString: cluster.url('postgres'),
    })
    await direct.connect()
    const { rows } = await direct.query(`SELECT to_regclass('leak')::text AS leak`)
    await direct.end()
    expect(rows).toEqual([{ leak: null }])
  }, 20_000)

  it('ends a session that is killed', async () => {
    const session = await client()
    const gone = new Promise((resolve) => session.once('end', resolve))
    plane.attached[0]!.write({
      message: { $case: 'kill', value: { sessionId: 'session-1', reason: 'by alice' } },
    })
    await gone
    await until(() => cases().includes('sessionEnded'))
    expect(cases()).toContain('sessionEnded')
  }, 20_000)

  it('listens where the control plane assigns it, and no longer when it does not', async () => {
    const port = await freePort()
    const assigned = {
      id: 'connection-1',
      name: 'shop',
      protocol: 'postgres',
      settingsJson: '{}',
      revision: '1',
      listeners: [{ protocol: 'postgres', address: `127.0.0.1:${port}`, connection: 'shop' }],
      systemAccess: undefined,
    }
    const call = plane.attached[0]!
    call.write({ message: { $case: 'assignment', value: { connections: [assigned] } } })
    await until(() => agent.listeners.length === 2)
    expect(await reachable(port)).toBe(true)
    call.write({ message: { $case: 'assignment', value: { connections: [] } } })
    await until(() => agent.listeners.length === 1)
    expect(await reachable(port)).toBe(false)
  }, 20_000)

  it('announces the catalog by its digest and sends the parts that are wanted', async () => {
    const opening = sessionAtCluster()
    if (opening.message?.$case !== 'opened') throw new Error('no session')
    const assigned = {
      id: 'connection-1',
      name: 'shop',
      protocol: 'postgres',
      settingsJson: '{}',
      revision: '1',
      listeners: [],
      systemAccess: opening.message.value.target,
    }
    const catalogs = () =>
      plane.attachMessages.flatMap(({ message }) =>
        message?.$case === 'catalog' ? [message.value] : [],
      )
    const call = plane.attached[0]!
    call.write({ message: { $case: 'assignment', value: { connections: [assigned] } } })
    await until(() => catalogs().length === 1, 15_000)
    const [announced] = catalogs()
    expect(announced).toMatchObject({ connectionId: 'connection-1', database: 'postgres' })
    const { connectionId, database, digest, manifest } = announced!
    const parts = manifest!.parts.slice(0, 2).map(({ number }) => number)
    call.write({
      message: { $case: 'catalogWanted', value: { connectionId, database, digest, parts } },
    })
    await until(() => catalogs().length === 2, 15_000)
    expect(catalogs()[1]!.digest).toBe(digest)
    const sent = plane.attachMessages.flatMap(({ message }) =>
      message?.$case === 'catalogPart' ? [message.value.body] : [],
    )
    expect(sent.map((body) => createHash('sha256').update(body).digest('hex'))).toEqual(
      manifest!.parts.slice(0, 2).map((part) => part.digest),
    )
  }, 40_000)

  it('drains: says goodbye to sessions and hands over the last entry', async () => {
    const session = await client()
    const gone = new Promise((resolve) => session.once('end', resolve))
    await agent.stop()
    await gone
    const last = records.at(-1)?.entry
    expect(last).toMatchObject({ $case: 'agentLife', value: { event: 2 } })
    expect(ended).toEqual([])
  }, 20_000)
})

function reachable(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = connect(port, '127.0.0.1')
    probe.once('connect', () => {
      probe.destroy()
      resolve(true)
    })
    probe.once('error', () => resolve(false))
  })
}
