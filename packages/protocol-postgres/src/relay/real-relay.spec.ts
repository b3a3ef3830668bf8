import { SessionError } from '@wardgate/errors'
import { once } from 'node:events'
import type { Socket } from 'node:net'
import type { FakeClient } from '../testing/fake-client'
import { codesOf, rowsOf } from '../testing/fake-client'
import { memoryPair } from '../testing/fuzz/memory-pair'
import { dialSocket, RealGateway } from '../testing/real/gateway'
import {
  startRealTarget,
  trustEverybody,
  trustedGrant,
  type RealTarget,
} from '../testing/real/target'
import {
  cancelRequest,
  frame,
  fromClient,
  parse,
  query,
  readFields,
  sync,
  type ResponseFields,
} from '../wire'

let target: RealTarget
let gateway: RealGateway
let upstreams: Socket[]

beforeAll(async () => {
  target = await startRealTarget()
  await trustEverybody(target)
  await target.direct('CREATE TABLE kept (n int)')
}, 60_000)

afterAll(() => target.stop())

beforeEach(async () => {
  upstreams = []
  gateway = await RealGateway.start({
    dial: async (endpoint) => {
      const socket = await dialSocket(endpoint)
      upstreams.push(socket)
      return socket
    },
    grant: grant(),
  })
})

afterEach(() => gateway.stop())

function grant(limits: { idleMillis?: number; statementMillis?: number } = {}) {
  return {
    ...trustedGrant(target),
    limits: { idleMillis: 0, statementMillis: 0, maxMessageBytes: 1024 * 1024, ...limits },
  }
}

const open = () => gateway.client({ database: 'postgres' })

function keyOf(client: FakeClient): Buffer {
  return client.messages.find(({ code }) => code === 'K')?.body ?? Buffer.alloc(0)
}

async function cancel(key: Buffer): Promise<void> {
  const socket = await gateway.socket()
  socket.resume().end(cancelRequest(key))
  await new Promise((resolve) => socket.once('close', resolve))
}

/** Resolves when the target runs it. */
async function untilRunning(text: string): Promise<void> {
  const running = `SELECT 1 FROM pg_stat_activity WHERE state = 'active' AND query = '${text}'`
  while ((await target.direct(running)).length === 0);
}

function errorsOf(client: FakeClient): ResponseFields[] {
  return client.messages.filter(({ code }) => code === 'E').map(({ body }) => readFields(body))
}
const stateOf = (client: FakeClient) => client.lastError?.get('C')

it('cancels what runs, by the key of its own session alone', async () => {
  const [one, two] = [await open(), await open()]
  const sleeping = one.query('SELECT pg_sleep(60)')
  await untilRunning('SELECT pg_sleep(60)')
  const wrong = Buffer.from(keyOf(one))
  wrong.writeUInt8(wrong.readUInt8(7) ^ 1, 7)
  await cancel(wrong)
  await cancel(keyOf(two))
  expect(rowsOf(await two.query('SELECT 1'))).toEqual([['1']])
  expect(one.lastError).toBeUndefined()
  await cancel(keyOf(one))
  expect(codesOf(await sleeping)).toBe('TEZ')
  expect(stateOf(one)).toBe('57014')
  expect(rowsOf(await one.query('SELECT 2'))).toEqual([['2']])
})

it('stops at the target what runs for a session that is killed, so that nothing is committed', async () => {
  const text = 'INSERT INTO kept SELECT 1 FROM pg_sleep(2)'
  const client = await open()
  const killed = client.query(text).catch(() => undefined)
  await untilRunning(text)
  gateway.gate.ending.abort(new SessionError('ERR_SESSION_KILLED', 'ended by an administrator'))
  await killed
  await gateway.settled()
  const running = `SELECT 1 FROM pg_stat_activity WHERE state = 'active' AND query = '${text}'`
  while ((await target.direct(running)).length > 0);
  expect(await target.direct('SELECT 1 FROM kept')).toEqual([])
})

it('withdraws a held operation that is cancelled, and runs nothing', async () => {
  gateway.prepare = ({ controlPlane }) => {
    controlPlane.answer = (operation) =>
      'text' in operation && operation.text.startsWith('INSERT')
        ? controlPlane.hold()
        : controlPlane.allow()
  }
  const client = await open()
  const held = client.query('INSERT INTO kept VALUES (1)')
  await client.until(({ code }) => code === 'N')
  await cancel(keyOf(client))
  expect(codesOf(await held)).toBe('NEZ')
  expect(stateOf(client)).toBe('57014')
  expect(gateway.gate.controlPlane.withdrawn).toMatchObject([{ reason: 'abandoned' }])
  expect(rowsOf(await client.query('SELECT count(*) FROM kept'))).toEqual([['0']])
})

it('runs nothing for a client that is gone when the approver agrees', async () => {
  const holds: (() => void)[] = []
  gateway.prepare = ({ controlPlane }) => {
    controlPlane.answer = () => {
      const hold = controlPlane.hold()
      holds.push(() => hold.decide(controlPlane.allow()))
      return hold
    }
  }
  const client = await open()
  client.send(query('INSERT INTO kept VALUES (2)'))
  await client.until(({ code }) => code === 'N')
  client.stream.end()
  await client.ended
  for (const approve of holds) approve()
  expect(gateway.gate.controlPlane.withdrawn).toMatchObject([{ reason: 'abandoned' }])
  expect(await target.direct('SELECT * FROM kept')).toEqual([])
})

describe('function calls by number', () => {
  async function call(client: FakeClient) {
    const [row] = await target.direct(`SELECT 'pg_catalog.abs(int4)'::regprocedure::oid::int AS id`)
    const message = frame(fromClient.FunctionCall, (body) =>
      body.u32(Number(row?.['id'])).i16(0).i16(1).i32(2).text('-7').i16(0),
    )
    return client.run(message)
  }

  it('are refused', async () => {
    const client = await open()
    expect(codesOf(await call(client))).toBe('EZ')
    expect(stateOf(client)).toBe('42501')
    expect(gateway.gate.controlPlane.asked).toEqual([])
  })

  it('are submitted where the connection permits them', async () => {
    gateway.options = { ...gateway.options, settings: { allowFunctionCall: true } }
    const client = await open()
    const messages = await call(client)
    expect(codesOf(messages)).toBe('VZ')
    expect(messages[0]?.body.subarray(4).toString()).toBe('7')
    expect(gateway.gate.controlPlane.asked).toMatchObject([
      { operation: { kind: 'function-call', parameters: [{ format: 'text' }] } },
    ])
  })
})

it('ends a session that is idle too long, with a reason', async () => {
  gateway.options = { ...gateway.options, grant: grant({ idleMillis: 150 }) }
  const client = await open()
  await client.ended
  expect(stateOf(client)).toBe('57P05')
})

it('cancels a statement that takes too long, and goes on', async () => {
  gateway.options = { ...gateway.options, grant: grant({ statementMillis: 150 }) }
  const client = await open()
  expect(codesOf(await client.query('SELECT pg_sleep(60)'))).toBe('TEZ')
  expect(stateOf(client)).toBe('57014')
  expect(rowsOf(await client.query('SELECT 1'))).toEqual([['1']])
})

it('gives a client that half-closes the results of what it sent', async () => {
  const client = await open()
  client.stream.end(Buffer.concat([query('SELECT pg_sleep(0.3)'), query(`SELECT 'after'`)]))
  await client.ended
  expect(codesOf(client.messages)).toMatch(/ZTDCZTDCZ$/)
  expect(rowsOf(client.messages).at(-1)).toEqual(['after'])
})

it('reads the target no faster than the client reads', async () => {
  const client = await open()
  client.stream.pause()
  client.send(query(`SELECT repeat('x', 1000) FROM generate_series(1, 40000)`))
  const upstream = upstreams.at(-1)
  const read = () => upstream?.bytesRead ?? 0
  for (let before = -1; before !== read();) {
    before = read()
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  expect(read()).toBeLessThan(20_000_000)
  client.stream.resume()
  await client.until(({ code }, index) => code === 'Z' && index > 1_000)
  expect(codesOf(client.messages.slice(-2))).toBe('CZ')
  expect(rowsOf(client.messages)).toHaveLength(40_000)
}, 30_000)

it('ends the result of a client that leaves with much of it unread, and loses no time', async () => {
  const client = await open()
  client.stream.pause()
  const [upstream] = upstreams
  if (upstream === undefined) throw new Error('no target was dialled')
  const paused = once(upstream, 'pause')
  client.send(query(`SELECT repeat('x', 8000) FROM generate_series(1, 2000)`))
  await paused
  client.stream.destroy()
  await gateway.settled()
  expect(upstream.bytesRead).toBeGreaterThan(16_000_000)
  expect(gateway.gate.spool.of('outcome')).toHaveLength(1)
}, 4_000)

it('says that the target was lost, and that nobody knows the outcome', async () => {
  const client = await open()
  const got = client.query('SELECT 1, pg_sleep(60)')
  await untilRunning('SELECT 1, pg_sleep(60)')
  upstreams.at(-1)?.destroy()
  await got
  await client.ended
  expect(stateOf(client)).toBe('08006')
  expect(gateway.gate.spool.of('outcome')).toMatchObject([{ outcome: { status: 'unknown' } }])
})

it('puts nothing into a row that the target left unfinished', async () => {
  gateway.options = {
    ...gateway.options,
    dial: async (endpoint) => {
      const [near, far] = memoryPair()
      const socket = await dialSocket(endpoint)
      far.pipe(socket)
      socket.pipe(far)
      far.once('close', () => socket.destroy())
      far.tamper = (chunk) => {
        const at = chunk.indexOf('the row')
        if (at >= 0) setImmediate(() => far.destroy())
        return at >= 0 ? chunk.subarray(0, at + 3) : chunk
      }
      return near
    },
  }
  const client = await open()
  const raw: Buffer[] = []
  client.stream.on('data', (chunk: Buffer) => raw.push(chunk))
  client.send(query(`SELECT 'the row', repeat('x', 4000)`))
  await client.ended
  expect(Buffer.concat(raw).toString('latin1')).toMatch(/the$/)
})

it('passes on why the target ended the session', async () => {
  const client = await open()
  const got = client.query('SELECT pg_sleep(60)')
  await untilRunning('SELECT pg_sleep(60)')
  await target.direct(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(60)' AND state = 'active'`,
  )
  await got
  await client.ended
  expect(errorsOf(client).map((fields) => fields.get('C'))).toContain('57P01')
})

it.each([0x4000_0000, 0x7fff_ffff])('refuses a header of %d bytes at once', async (length) => {
  const client = await open()
  const header = Buffer.from('5100000000', 'hex')
  header.writeInt32BE(length, 1)
  client.send(header)
  await client.ended
  expect(stateOf(client)).toBe('54000')
})

it.each([
  ['several result formats for a protocol that knows two', '0002', '0001000200010002'],
  ['as many parameter formats as no parameter has', '0003000000000000', '00000000'],
])('ends on %s', async (_what, formats, rest) => {
  const client = await open()
  client.send(parse({ name: '', text: 'SELECT $1::int', types: [23] }))
  const body = Buffer.concat([Buffer.from('0000', 'hex'), Buffer.from(formats + rest, 'hex')])
  client.send(
    frame(fromClient.Bind, (writer) => writer.put(body)),
    sync,
  )
  await client.ended
  expect(stateOf(client)).toBe('08P01')
})

it('refuses a denied COPY FROM STDIN, and ignores what the client sent for it', async () => {
  gateway.prepare = ({ controlPlane }) => {
    controlPlane.answer = (operation) =>
      'text' in operation && operation.text.startsWith('COPY')
        ? controlPlane.deny()
        : controlPlane.allow()
  }
  const client = await open()
  client.send(
    query('COPY kept FROM STDIN'),
    frame(fromClient.CopyData, (body) => body.text('1\n')),
    frame(fromClient.CopyDone),
  )
  client.send(query('SELECT count(*) FROM kept'))
  await client.until(({ code }, index) => code === 'Z' && client.messages[index - 1]?.code === 'C')
  expect(rowsOf(client.messages)).toEqual([['0']])
  expect(codesOf(client.messages)).toMatch(/ZEZTDCZ$/)
  expect(stateOf(client)).toBe('42501')
})

describe('a connection that is used again', () => {
  const marks = [
    `SET work_mem = '123kB'`,
    `SET search_path = hidden`,
    `SET ROLE pg_read_all_data`,
    `SET my.secret = 'left'`,
    'CREATE TEMP TABLE left_behind AS SELECT 1 AS n',
    `PREPARE left_behind AS SELECT 'left'`,
    'DECLARE left_behind CURSOR WITH HOLD FOR SELECT 1',
    'LISTEN left_behind',
    'SELECT pg_advisory_lock(42)',
    'CREATE TEMP SEQUENCE left_sequence',
  ]
  const traces = `SELECT concat_ws(',', current_setting('work_mem') = '123kB', current_setting('search_path') = 'hidden',
    current_user <> session_user, nullif(current_setting('my.secret', true), ''), to_regclass('pg_temp.left_behind'),
    (SELECT count(*) FROM pg_prepared_statements), (SELECT count(*) FROM pg_cursors), (SELECT count(*) FROM pg_listening_channels()),
    (SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()))`

  async function use(principalId: string, ...texts: string[]) {
    gateway.options = { ...gateway.options, settings: {}, grant: { ...grant(), principalId } }
    const client = await open()
    const [[pid] = []] = rowsOf(await client.query('SELECT pg_backend_pid()'))
    const answers: string[] = []
    for (const text of texts) {
      const messages = await client.query(text)
      answers.push(...rowsOf(messages).map((row) => row.join()))
    }
    const ended = gateway.gate.spool.of('outcome').length
    client.stream.end()
    await client.ended
    await gateway.settled()
    return { pid, answers, ended }
  }

  it('shows nothing of the session before', async () => {
    const first = await use('one', ...marks, 'SELECT pg_advisory_lock(43)')
    expect(first.ended).toBe(marks.length + 2)
    const second = await use('one', traces)
    expect(second).toMatchObject({ pid: first.pid, answers: ['f,f,f,0,0,0,0'] })
    const bound = await use('one', `EXECUTE left_behind`, 'SELECT 1')
    expect(bound).toMatchObject({ pid: first.pid, answers: ['1'] })
  })

  it('never serves another principal', async () => {
    const first = await use('one', 'SELECT 1')
    expect((await use('two', 'SELECT 1')).pid).not.toBe(first.pid)
    expect((await use('one', 'SELECT 1')).pid).toBe(first.pid)
  })

  it('is given up when a session ends within a transaction', async () => {
    const first = await use('one', 'BEGIN', 'SELECT 1')
    expect((await use('one', 'SELECT 1')).pid).not.toBe(first.pid)
  })
})
