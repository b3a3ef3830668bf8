import type { FakeClient } from '../testing/fake-client'
import { codesOf, rowsOf } from '../testing/fake-client'
import { dialSocket, RealGateway } from '../testing/real/gateway'
import {
  startRealTarget,
  trustEverybody,
  trustedGrant,
  type RealTarget,
} from '../testing/real/target'
import { frame, fromClient, parse, query, sync } from '../wire'

let target: RealTarget
let gateway: RealGateway
let dialled: number

beforeAll(async () => {
  target = await startRealTarget({ wal_level: 'logical' })
  await trustEverybody(target)
  await target.direct('CREATE TABLE kept (id int PRIMARY KEY, name text)')
  await target.direct('CREATE PUBLICATION everything FOR ALL TABLES')
}, 60_000)

afterAll(() => target.stop())

beforeEach(async () => {
  dialled = 0
  gateway = await RealGateway.start({
    dial: (endpoint) => {
      dialled += 1
      return dialSocket(endpoint)
    },
    grant: {
      ...trustedGrant(target),
      limits: { idleMillis: 0, statementMillis: 0, maxMessageBytes: 1024 * 1024 },
    },
  })
})

afterEach(() => gateway.stop())

const logical = () => gateway.client({ database: 'postgres', replication: 'database' })
const physical = () => gateway.client({ database: 'replication', replication: 'true' })
const slots = () => target.direct('SELECT slot_name FROM pg_replication_slots')
const copyDone = frame(fromClient.CopyDone)
const asked = () =>
  gateway.gate.controlPlane.asked.map(({ operation }) =>
    operation.kind === 'replication' ? operation.command : operation.kind,
  )

/** Copy data so far, once this word has come. */
async function streamed(client: FakeClient, word: string): Promise<string> {
  const data = () =>
    Buffer.concat(client.messages.filter(({ code }) => code === 'd').map(({ body }) => body))
  await client.until(() => data().includes(word))
  return data().toString('latin1')
}

const start =
  "START_REPLICATION SLOT temp LOGICAL 0/0 (\"proto_version\" '1', publication_names 'everything')"

describe('replication', () => {
  it('begins with an operation; denied, the target is not dialled', async () => {
    gateway.prepare = ({ controlPlane }) => (controlPlane.answer = () => controlPlane.deny())
    for (const open of [logical, physical]) {
      const client = await open()
      expect(client.lastError?.get('S')).toBe('FATAL')
      expect(client.lastError?.get('C')).toBe('42501')
      expect(asked()).toEqual(['CONNECT'])
    }
    expect(dialled).toBe(0)
    expect(gateway.openings).toMatchObject([{ database: 'postgres' }, { database: '' }])
  })

  it('of a database streams its changes until the client ends it', async () => {
    const client = await logical()
    const created = await client.query('CREATE_REPLICATION_SLOT temp TEMPORARY LOGICAL pgoutput')
    expect(codesOf(created)).toBe('TDCZ')
    client.send(query(start))
    await client.until(({ code }) => code === 'W')
    await target.direct("INSERT INTO kept VALUES (1, 'streamed-row')")
    expect(await streamed(client, 'streamed-row')).toContain('streamed-row')
    const rest = await client.run(copyDone)
    expect(codesOf(rest).replaceAll('d', '')).toBe('cCCZ')
    expect(rowsOf(await client.query('IDENTIFY_SYSTEM'))[0]).toHaveLength(4)
    expect(asked()).toEqual([
      'CONNECT',
      'CREATE_REPLICATION_SLOT',
      'START_REPLICATION',
      'IDENTIFY_SYSTEM',
    ])
    client.send(frame(fromClient.Terminate))
    await client.ended
    await gateway.settled()
    expect(gateway.gate.spool.of('outcome').length).toBe(4)
    expect(gateway.errors).toEqual([])
  })

  it('of everything streams the log itself', async () => {
    const client = await physical()
    const [[, , position] = []] = rowsOf(await client.query('IDENTIFY_SYSTEM'))
    client.send(query(`START_REPLICATION PHYSICAL ${position}`))
    await client.until(({ code }) => code === 'W' || code === 'E')
    await target.direct("INSERT INTO kept VALUES (2, 'logged-row')")
    expect(await streamed(client, 'logged-row')).toContain('logged-row')
    expect(codesOf(await client.run(copyDone)).replaceAll('d', '')).toMatch(/^cC+Z$/)
    await client.query('SELECT 1')
    expect(client.lastError?.get('M')).toContain('runs no SQL')
  })

  it('submits each command, and denies one without ending the session', async () => {
    gateway.prepare = ({ controlPlane }) => {
      controlPlane.answer = (operation) =>
        operation.kind === 'replication' && operation.command.endsWith('_SLOT')
          ? controlPlane.deny()
          : controlPlane.allow()
    }
    const client = await logical()
    const denied = await client.query(' create_replication_slot s LOGICAL pgoutput')
    expect(codesOf(denied)).toBe('EZ')
    expect(client.lastError?.get('C')).toBe('42501')
    expect(await slots()).toEqual([])
    expect(codesOf(await client.query('SHOW wal_level'))).toBe('TDCZ')
  })

  it('submits SQL as the statement that it is', async () => {
    const client = await logical()
    expect(rowsOf(await client.query('SELECT 41 + 1'))).toEqual([['42']])
    expect(gateway.gate.controlPlane.asked.at(-1)?.operation).toMatchObject({
      kind: 'statement',
      phase: 'simple',
      text: 'SELECT 41 + 1',
      state: { database: 'postgres', searchPath: ['postgres', 'public'] },
    })
  })

  it.each([
    ['masks anything', { masking: { columns: [], origins: [], detectors: [detector()] } }],
    ['limits rows', { rowLimit: 10 }],
  ])('refuses what a rule %s, and nothing of it reaches the target', async (_what, outcome) => {
    gateway.prepare = ({ controlPlane }) => {
      controlPlane.answer = (operation) =>
        operation.kind === 'replication' && operation.command === 'CONNECT'
          ? controlPlane.allow()
          : controlPlane.allow(outcome)
    }
    const client = await logical()
    expect(codesOf(await client.query('CREATE_REPLICATION_SLOT s LOGICAL pgoutput'))).toBe('EZ')
    expect(client.lastError?.get('C')).toBe('0A000')
    expect(await slots()).toEqual([])
  })

  it('ends when a statement is denied within a transaction', async () => {
    gateway.prepare = ({ controlPlane }) => {
      controlPlane.answer = (operation) =>
        operation.kind === 'statement' && operation.text.startsWith('DROP')
          ? controlPlane.deny()
          : controlPlane.allow()
    }
    const client = await logical()
    await client.query('BEGIN')
    client.send(query('DROP TABLE kept'))
    await client.ended
    expect(client.lastError?.get('S')).toBe('FATAL')
    expect(await target.direct('SELECT count(*)::int AS n FROM kept')).toHaveLength(1)
  })

  it('knows no extended queries', async () => {
    const client = await logical()
    client.send(parse({ name: '', text: 'SELECT 1', types: [] }), sync)
    await client.ended
    expect(client.lastError?.get('C')).toBe('0A000')
    expect(asked()).toEqual(['CONNECT'])
  })

  it('withdraws what is held when the client goes away', async () => {
    const client = await logical()
    const { controlPlane } = gateway.gate
    controlPlane.answer = () => controlPlane.hold()
    client.send(query('CREATE_REPLICATION_SLOT s LOGICAL pgoutput'))
    await client.until(({ code }) => code === 'N')
    client.stream.destroy()
    await gateway.settled()
    expect(controlPlane.withdrawn).toMatchObject([{ reason: 'abandoned' }])
    expect(await slots()).toEqual([])
  })

  it('frees the target when the client vanishes within a stream', async () => {
    const client = await logical()
    await client.query('CREATE_REPLICATION_SLOT temp TEMPORARY LOGICAL pgoutput')
    client.send(query(start))
    await client.until(({ code }) => code === 'W')
    client.stream.destroy()
    await gateway.settled()
    expect(gateway.gate.spool.of('outcome').at(-1)).toMatchObject({
      outcome: { status: 'unknown' },
    })
  })
})

function detector() {
  return { detector: 'email', rule: 'shop/pii', method: { kind: 'redact' } } as const
}
