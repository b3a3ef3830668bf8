import { inspect } from 'node:util'
import { codesOf, rowsOf, type FakeClient } from './testing/fake-client'
import { RealGateway } from './testing/real/gateway'
import {
  startRealTarget,
  trustEverybody,
  trustedGrant,
  type RealTarget,
} from './testing/real/target'
import {
  bind,
  close,
  execute,
  flush,
  frame,
  fromClient,
  fromUpstream,
  parse,
  query,
  sync,
} from './wire'

/**
 * Attacks on the wire itself, by their number in the bypass corpus, with cousins. Whatever deletes is denied; whether
 * it was deleted is what counts. TLS, versions and cancel keys (001, 003, 004, 011, 013, 014, 042, 053, 054) are in
 * client/handshake.spec, upstream/real-login.spec and relay/real-relay.spec.
 */
let target: RealTarget
let gateway: RealGateway

beforeAll(async () => {
  target = await startRealTarget()
  await trustEverybody(target)
  await target.direct('CREATE TABLE victims (n int, ssn text)')
}, 60_000)

afterAll(() => target.stop())

const masking = {
  width: 2,
  columns: [{ index: 1, rule: 'pan', method: { kind: 'redact' } }],
  origins: [],
  detectors: [],
} as const

beforeEach(async () => {
  await target.direct(`TRUNCATE victims; INSERT INTO victims VALUES (1, 'CANARY')`)
  gateway = await RealGateway.start({ grant: trustedGrant(target) })
  gateway.prepare = ({ controlPlane }) => {
    controlPlane.answer = (operation) => {
      const text = 'text' in operation ? operation.text : ''
      // PREPARE is let through, so that its statement would run if its name were mistaken for another.
      if (/^DELETE/i.test(text)) return controlPlane.deny()
      return text.includes('ssn') ? controlPlane.allow({ masking }) : controlPlane.allow()
    }
  }
})

afterEach(async () => {
  await gateway.stop()
  expect(await target.direct('SELECT count(*)::int AS n FROM victims')).toEqual([{ n: 1 }])
})

const open = () => gateway.client({ database: 'postgres' })
const p = (name: string, text: string) => parse({ name, text, types: [] })
const b = (portal: string, statement: string, ...resultFormats: number[]) =>
  bind({ portal, statement, formats: [], values: [], resultFormats })
const e = (portal = '') => execute(portal, 0)
const closeStatement = (name: string) => close({ kind: 'statement', name })
const DELETE = 'DELETE FROM victims'
const raw = (code: number, hex: string) => frame(code, (body) => body.put(Buffer.from(hex, 'hex')))
const stateOf = (client: FakeClient) => client.lastError?.get('C')
const smuggled = query(DELETE).toString('hex')

const closing: readonly (readonly [string, Buffer, string])[] = [
  [
    '016 a value whose length wraps, with a Query in its tail',
    raw(fromClient.Bind, `00000000000001fffffff0${smuggled}0000`),
    '08P01',
  ],
  [
    '016 fewer bytes announced than sent',
    raw(fromClient.Bind, `000000000000000000${smuggled}`),
    '08P01',
  ],
  ['016 a length below its minimum', Buffer.from(`5100000003${smuggled}`, 'hex'), '08P01'],
  ['016 a negative length', Buffer.from(`51ffffffff${smuggled}`, 'hex'), '08P01'],
  ['018 a message of 1 GiB', Buffer.from('5140000000', 'hex'), '54000'],
  [
    '019 bytes behind the zero of a text',
    raw(fromClient.Query, Buffer.from(`SELECT 1\0; ${DELETE}\0`).toString('hex')),
    '08P01',
  ],
  ['019 a text without its zero', raw(fromClient.Query, '53454c4543542031'), '08P01'],
  [
    '019 bytes behind the names of a Parse',
    raw(fromClient.Parse, `0053454c45435420310000 00${smuggled}`.replace(' ', '')),
    '08P01',
  ],
  [
    '031 a value longer than its message',
    raw(fromClient.Bind, '0000000000017fffffff410000'),
    '08P01',
  ],
  ['031 a length of -2', raw(fromClient.Bind, '000000000001fffffffe0000'), '08P01'],
  ['031 more values than bytes', raw(fromClient.Bind, '00000000ffff'), '08P01'],
  [
    '030 a format that does not exist',
    raw(fromClient.Bind, '0000000100020000 0000'.replace(' ', '')),
    '08P01',
  ],
  [
    '041 half a character before a backslash',
    raw(
      fromClient.Query,
      `53454c454354204527835c273b${Buffer.from(DELETE).toString('hex')}3b2d2d2700`,
    ),
    '08P01',
  ],
  ['041 an overlong zero', raw(fromClient.Query, '53454c45435420c08000'), '08P01'],
  ['044 CopyBoth from a client', raw(fromUpstream.CopyBothResponse, '000000'), '08P01'],
  ['a second startup message', Buffer.from(`0000000800030000${'00'.repeat(2048)}`, 'hex'), '08P01'],
  ['a password after the login', raw(fromClient.Password, '746f6b656e00'), '08P01'],
  ['a Describe of neither kind', raw(0x44, '5800'), '08P01'],
]

it.each(closing)('closes on %s', async (_name, bytes, state) => {
  const client = await open()
  client.send(bytes, query(DELETE))
  await client.ended
  expect(stateOf(client)).toBe(state)
})

const blocked: readonly (readonly [string, readonly Buffer[], string, string])[] = [
  [
    '021 a name that is closed and parsed anew',
    [
      p('s', 'SELECT 1'),
      sync,
      b('', 's'),
      e(),
      closeStatement('s'),
      p('s', DELETE),
      b('', 's'),
      e(),
      sync,
    ],
    '42501',
    '1Z2DC3EZ',
  ],
  [
    '021 a closed name given away by PREPARE',
    [
      p('s', 'SELECT 1'),
      sync,
      closeStatement('s'),
      query(`PREPARE s AS ${DELETE}`),
      b('', 's'),
      e(),
      sync,
    ],
    '26000',
    '1Z3CZEZ',
  ],
  [
    '021 a closed name whose next Parse fails, given away by PREPARE',
    [
      p('s', 'SELECT 1'),
      sync,
      closeStatement('s'),
      p('s', 'SELEC'),
      sync,
      query(`PREPARE s AS ${DELETE}`),
      b('', 's'),
      e(),
      sync,
    ],
    '26000',
    '1Z3EZCZEZ',
  ],
  [
    '024 a name from SQL PREPARE',
    [query(`PREPARE s AS ${DELETE}`), b('', 's'), e(), sync],
    '26000',
    'CZEZ',
  ],
  [
    '024 a name whose Parse failed',
    [p('s', 'SELEC'), sync, query(`PREPARE s AS ${DELETE}`), b('', 's'), e(), sync],
    '26000',
    'EZCZEZ',
  ],
  [
    '025 a name freed by DEALLOCATE',
    [
      p('s', 'SELECT 1'),
      sync,
      query('DEALLOCATE s'),
      query(`PREPARE s AS ${DELETE}`),
      b('', 's'),
      e(),
      sync,
    ],
    '26000',
    '1ZCZCZEZ',
  ],
  [
    '025 a name freed by DISCARD ALL',
    [
      p('s', 'SELECT 1'),
      sync,
      query('DISCARD ALL'),
      query(`PREPARE s AS ${DELETE}`),
      b('', 's'),
      e(),
      sync,
    ],
    '26000',
    '1ZCZCZEZ',
  ],
  [
    '025 a name freed within one text',
    [
      p('s', 'SELECT 1'),
      sync,
      query(`DEALLOCATE ALL; PREPARE s AS ${DELETE}`),
      b('', 's'),
      e(),
      sync,
    ],
    '26000',
    '1ZCCZEZ',
  ],
  [
    'a portal from SQL DECLARE',
    [query('BEGIN'), query('DECLARE p CURSOR FOR SELECT 1'), e('p'), sync, query('ROLLBACK')],
    '34000',
    'CZCZEZCZ',
  ],
  [
    '034 a DELETE behind what is not decided',
    [
      p('', 'SELECT 1'),
      b('', ''),
      e(),
      p('', DELETE),
      b('', ''),
      e(),
      p('', 'SELECT 2'),
      b('', ''),
      e(),
      sync,
    ],
    '42501',
    '12DCEZ',
  ],
  [
    '034 a Query behind a denial',
    [p('', DELETE), query(DELETE), flush, p('', 'SELECT 1'), sync],
    '42501',
    'EZ',
  ],
  [
    '037 a Query among messages',
    [p('', 'SELECT 1'), b('', ''), query(DELETE), e(), sync],
    '42501',
    '12EZEZ',
  ],
]

it.each(blocked)('blocks %s', async (_name, messages, state, codes) => {
  const client = await open()
  client.send(...messages, query(`SELECT 'that was all'`))
  await client.until(({ code, body }) => code === 'D' && body.includes('that was all'))
  const start = client.messages.findIndex(({ code }) => code === 'Z') + 1
  expect(codesOf(client.messages.slice(start))).toMatch(new RegExp(`^${codes}TD`))
  const states = client.messages
    .filter(({ code }) => code === 'E')
    .map(({ body }) => body.toString())
  expect(states.some((text) => text.includes(`C${state}\0`))).toBe(true)
})

it('023 runs the statement that a portal was bound with', async () => {
  const client = await open()
  const messages = await client.run(p('', 'SELECT 7'), b('p', ''), p('', 'SELECT 8'), e('p'), sync)
  expect(rowsOf(messages)).toEqual([['7']])
})

it.each([
  ['028 without a Describe', [p('', 'SELECT n, ssn FROM victims'), b('', ''), e(), sync]],
  [
    '028 again without a Describe',
    [p('s', 'SELECT n, ssn FROM victims'), b('', 's'), e(), b('', 's'), e(), sync],
  ],
  ['030 in binary', [p('', 'SELECT n, ssn FROM victims'), b('', '', 1), e(), sync]],
  [
    '030 in a format for each column',
    [p('', 'SELECT n, ssn FROM victims'), b('', '', 1, 0), e(), sync],
  ],
  ['035 with Flush alone', [p('', 'SELECT n, ssn FROM victims'), b('', ''), e(), flush, sync]],
  ['049 behind statements without a result', [query(';;SELECT n, ssn FROM victims;;')]],
  ['047 under another name', [query('SELECT n, ssn AS "CA" FROM victims')]],
  [
    'in pieces',
    [p('', 'SELECT n, ssn FROM victims'), b('', ''), execute('', 1), execute('', 1), sync],
  ],
  ['by COPY', [query('COPY (SELECT n, ssn FROM victims) TO STDOUT')]],
  ['by binary COPY', [query('COPY (SELECT n, ssn FROM victims) TO STDOUT (FORMAT binary)')]],
])('masks %s', async (_name, messages) => {
  const client = await open()
  const answer = await client.run(...messages)
  expect(codesOf(answer)).toMatch(/[Dd].*Z$/)
  expect(Buffer.concat(answer.map(({ body }) => body)).includes('CANARY')).toBe(false)
})

it.each(['CANARY', 'x'])(
  '049 refuses a result of another width than was decided (%s)',
  async (value) => {
    const client = await open()
    const answer = await client.query(`SELECT '${value}' AS a; SELECT n, ssn FROM victims`)
    expect(Buffer.concat(answer.map(({ body }) => body)).includes('CANARY')).toBe(false)
  },
)

it.each([
  `SET standard_conforming_strings = off`,
  `SELECT set_config('standard_conforming_strings', 'off', false)`,
  `SET client_encoding = 'SJIS'`,
  `SET NAMES 'BIG5'`,
])('041 ends a session that changes how texts are read: %s', async (text) => {
  const client = await open()
  client.send(query(text), query(`SELECT 'a\\'; ${DELETE}; --'`))
  await client.ended
  expect(stateOf(client)).toBe('08006')
})

it('041 looks at nothing behind such a change before the target has answered', async () => {
  const client = await open()
  const setting = p('', `SET client_encoding = 'SJIS'`)
  const answer = await client.run(setting, b('', ''), e(), p('', DELETE), sync)
  expect(codesOf(answer)).toMatch(/EZ$/)
  expect(stateOf(client)).toBe('0A000')
  const asked = gateway.gate.controlPlane.asked.map(({ operation }) => operation)
  expect(inspect(asked, { depth: 9 })).not.toContain('DELETE')
})

it.each([
  ['-c role=postgres', '0A000'],
  ['-c\\ role=postgres', '0A000'],
  ['-crole=postgres', '0A000'],
  ['--role=postgres', '0A000'],
  ['--search-path=evil', '0A000'],
  ['-c standard_conforming_strings=off', '0A000'],
  ['-c client_encoding=SJIS', '0A000'],
  ['-c=', '0A000'],
  ['-c', '0A000'],
  ['-d 5', '0A000'],
  ['\\', '0A000'],
])('008 refuses the startup options %s', async (options, state) => {
  const client = await gateway.client({ database: 'postgres', options })
  expect(stateOf(client)).toBe(state)
  expect(gateway.openings).toEqual([])
})

it('008 takes harmless options as the target would', async () => {
  const options = String.raw`-c application_name=a\ b --work-mem=128kB`
  const client = await gateway.client({ database: 'postgres', options })
  expect(rowsOf(await client.query('SHOW work_mem'))).toEqual([['128kB']])
  expect(rowsOf(await client.query('SHOW application_name'))).toEqual([['a b']])
})

it('051 keeps the token out of what it logs and says', async () => {
  const client = await open()
  await client.query('SELECT 1')
  const { log, spool } = gateway.gate
  const seen = inspect([log, spool.entries, client.messages.map(({ body }) => body.toString())], {
    depth: 9,
  })
  expect(seen).not.toContain("'token'")
})
