import { FakeClient } from '../testing/fake-client'
import { dialSocket, RealGateway } from '../testing/real/gateway'
import {
  startRealTarget,
  trustEverybody,
  trustedGrant,
  type RealTarget,
} from '../testing/real/target'
import {
  bind,
  close,
  describe as describeMessage,
  execute,
  flush,
  frame,
  fromClient,
  parse,
  query,
  readFields,
  startupMessage,
  sync,
} from '../wire'

let target: RealTarget
let gateway: RealGateway

beforeAll(async () => {
  target = await startRealTarget()
  await trustEverybody(target)
  await target.direct('CREATE TABLE copied (n int)')
  gateway = await RealGateway.start({ grant: trustedGrant(target) })
}, 60_000)

afterAll(async () => {
  await gateway.stop()
  await target.stop()
})

const p = (name: string, text: string, types: number[] = []) => parse({ name, text, types })
const b = (portal: string, statement: string, ...values: string[]) =>
  bind({
    portal,
    statement,
    formats: [],
    values: values.map((value) => Buffer.from(value)),
    resultFormats: [],
  })
const e = execute
const d = (kind: 'statement' | 'portal', name: string) => describeMessage({ kind, name })
const c = (kind: 'statement' | 'portal', name: string) => close({ kind, name })
const copyData = (text: string) => frame(fromClient.CopyData, (body) => body.text(text))
const copyDone = frame(fromClient.CopyDone)
const copyFail = frame(fromClient.CopyFail, (body) => body.cstring('no more'))
const tooMany = 65_535

/** Each ends outside of an error and of copy-in mode. */
const scripts: Readonly<Record<string, readonly Buffer[]>> = {
  'several statements in one text': [query('SELECT 1; SELECT 2; SELECT 3')],
  'nothing but semicolons and one result': [query(';;SELECT 1;;'), query(''), query(';')],
  'an error in the middle of a text': [query('SELECT 1; SELECT 1/0; SELECT 3')],
  'one statement by messages': [p('', 'SELECT 1'), b('', ''), d('portal', ''), e('', 0), sync],
  'no Describe': [p('', 'SELECT 1'), b('', ''), e('', 0), sync],
  'no Sync but Flush': [p('', 'SELECT 1'), b('', ''), e('', 0), flush, sync],
  'a named statement again and again': [
    p('s', 'SELECT $1::int', [23]),
    d('statement', 's'),
    ...[1, 2, 3].flatMap((n) => [b('', 's', String(n)), e('', 0)]),
    sync,
    b('', 's', '4'),
    e('', 0),
    sync,
  ],
  'a name that is taken': [
    p('s', 'SELECT 1'),
    sync,
    p('s', 'SELECT 2'),
    sync,
    b('', 's'),
    e('', 0),
    sync,
  ],
  'a name that is free again': [
    p('s', 'SELECT 1'),
    c('statement', 's'),
    p('s', 'SELECT 2, 3'),
    b('', 's'),
    e('', 0),
    sync,
  ],
  'a Close that is skipped': [
    p('s', 'SELECT 1'),
    sync,
    p('', 'SELEC'),
    c('statement', 's'),
    sync,
    b('', 's'),
    e('', 0),
    sync,
  ],
  'a Parse that fails after a Close': [
    p('s', 'SELECT 1'),
    sync,
    c('statement', 's'),
    p('s', 'SELEC'),
    sync,
    b('', 's'),
    sync,
  ],
  'names that are taken, one after the other': [
    p('s', 'SELECT 1'),
    p('s', 'SELECT 2'),
    p('s', 'SELECT 3'),
    sync,
    p('s', 'SELECT 4'),
    p('s', 'SELECT 5'),
    sync,
    b('', 's'),
    e('', 0),
    sync,
  ],
  'a name whose Parse failed': [p('s', 'SELEC 1'), b('', 's'), e('', 0), sync, b('', 's'), sync],
  'a portal that is there already': [
    query('BEGIN'),
    p('s', 'SELECT 1'),
    b('p', 's'),
    b('p', 's'),
    sync,
    query('ROLLBACK'),
  ],
  'an unnamed statement replaced between Bind and Execute': [
    p('', 'SELECT 1'),
    b('p', ''),
    p('', 'SELECT 2, 3'),
    e('p', 0),
    sync,
  ],
  'a portal read in pieces': [
    p('', 'SELECT generate_series(1, 5)'),
    b('p', ''),
    e('p', 2),
    e('p', 2),
    e('p', 2),
    sync,
  ],
  'a portal after its transaction': [p('', 'SELECT 1'), b('p', ''), sync, e('p', 0), sync],
  'an Execute of an unknown portal': [e('nothing', 0), p('', 'SELECT 1'), sync],
  'a Bind of an unknown statement': [b('', 'nothing'), e('', 0), sync],
  'a Describe of unknown names': [d('statement', 'nothing'), sync, d('portal', 'nothing'), sync],
  'a Close of unknown names': [c('statement', 'nothing'), c('portal', 'nothing'), sync],
  'an error and recovery': [
    p('', 'SELECT 1'),
    b('', ''),
    e('', 0),
    p('', 'SELECT 1/0'),
    b('', ''),
    e('', 0),
    p('', 'SELECT 3'),
    sync,
    p('', 'SELECT 4'),
    b('', ''),
    e('', 0),
    sync,
  ],
  'an error skips a Query too': [p('', 'SELEC'), query('SELECT 1'), sync],
  'a Query among messages': [p('', 'SELECT 1'), b('', ''), query('SELECT 2'), sync],
  'a failed transaction': [
    query('BEGIN'),
    query('SELECT 1/0'),
    query('SELECT 1'),
    p('', 'SELECT 1'),
    sync,
    query('ROLLBACK'),
  ],
  'a storm of Syncs': Array.from({ length: 3_000 }, () => sync),
  'as many types as fit': [
    p(
      '',
      'SELECT 1',
      Array.from({ length: tooMany }, () => 23),
    ),
    b('', '', ...Array.from({ length: tooMany }, () => '1')),
    e('', 0),
    sync,
  ],
  'fewer values than parameters': [p('', 'SELECT $1::int', [23]), b('', ''), sync],
  'more result formats than columns': [
    p('', 'SELECT 1'),
    bind({ portal: '', statement: '', formats: [], values: [], resultFormats: [0, 0] }),
    e('', 0),
    sync,
  ],
  'binary results, one code for all and one each': [
    p('', 'SELECT 1::int4, 2::int8'),
    bind({ portal: '', statement: '', formats: [], values: [], resultFormats: [1] }),
    e('', 0),
    bind({ portal: '', statement: '', formats: [], values: [], resultFormats: [0, 1] }),
    e('', 0),
    sync,
  ],
  'copy in': [query('COPY copied FROM STDIN'), copyData('1\n2\n'), copyData('3\n'), copyDone],
  'copy in that the client ends': [query('COPY copied FROM STDIN'), copyData('1\n'), copyFail],
  'copy in that fails in the middle': [
    query('COPY copied FROM STDIN'),
    copyData('1\n'),
    copyData('word\n'),
    copyData('3\n'),
    copyDone,
  ],
  'copy in by messages': [
    p('', 'COPY copied FROM STDIN'),
    b('', ''),
    e('', 0),
    copyData('1\n'),
    copyDone,
    sync,
  ],
  'copy in by messages that fails': [
    p('', 'COPY copied FROM STDIN'),
    b('', ''),
    e('', 0),
    copyData('word\n'),
    copyDone,
    sync,
  ],
  'copy data without a COPY': [copyData('1\n'), copyDone, copyFail, query('SELECT 1')],
  'copy out': [query('COPY (SELECT generate_series(1, 3)) TO STDOUT')],
  'copy out by messages': [
    p('', 'COPY (SELECT 1) TO STDOUT'),
    b('', ''),
    d('portal', ''),
    e('', 0),
    sync,
  ],
  'SQL PREPARE and EXECUTE': [query('PREPARE x AS SELECT 1'), query('EXECUTE x')],
  'a cursor': [
    query('BEGIN'),
    query('DECLARE cur CURSOR FOR SELECT generate_series(1, 3)'),
    query('FETCH 2 FROM cur'),
    query('COMMIT'),
  ],
  'notices and notifications': [
    query('LISTEN here'),
    query(`DO $$ BEGIN RAISE NOTICE 'hello'; END $$`),
    query('NOTIFY here'),
  ],
  'a parameter that is reported': [query(`SET application_name = 'x'`), query('SELECT 1')],
}

/** A statement whose answer says that everything before has been answered. */
const last = query(`SELECT 'that was all'`)

async function play(client: FakeClient, script: readonly Buffer[]): Promise<string[]> {
  const start = client.messages.length
  client.send(...script)
  await new Promise(setImmediate)
  client.send(last)
  const isLast = ({ code, body }: { code: string; body: Buffer }) =>
    code === 'D' && body.includes('that was all')
  await client.until((message, index) => index >= start && isLast(message))
  const end = client.messages.findIndex((message, index) => index >= start && isLast(message))
  await client.until(({ code }, index) => index > end && code === 'Z')
  return client.messages.slice(start).map(show)
}

function show({ code, body }: { readonly code: string; readonly body: Buffer }): string {
  if (code === 'E' || code === 'N') return `${code} ${readFields(body).get('C') ?? ''}`
  // The process id of the one that notifies differs.
  return `${code} ${(code === 'A' ? body.subarray(4) : body).toString('latin1')}`
}

async function directClient(): Promise<FakeClient> {
  const client = new FakeClient(await dialSocket(target.cluster))
  client.send(
    startupMessage([
      ['user', 'postgres'],
      ['database', 'postgres'],
      ['client_encoding', 'UTF8'],
    ]),
  )
  await client.until(({ code }) => code === 'Z')
  return client
}

afterEach(() => (gateway.prepare = () => undefined))

/** Nothing here has a column of table 1: results are described and read, and stay as they are. */
const masking = {
  columns: [],
  origins: [{ table: 1, attribute: 1, rule: 'pan', method: { kind: 'redact' } }],
  detectors: [],
} as const

it.each(Object.keys(scripts))('answers %s likewise where rows are read', async (name) => {
  gateway.prepare = ({ controlPlane }) => {
    controlPlane.answer = ({ kind }) =>
      kind === 'statement' ? controlPlane.allow({ masking }) : controlPlane.allow()
  }
  await compare(name)
})

it.each(Object.keys(scripts))('answers %s as the target itself does', compare)

async function compare(name: string): Promise<void> {
  const script = scripts[name] ?? []
  const [direct, through] = [await directClient(), await gateway.client({ database: 'postgres' })]
  const expected = await play(direct, script)
  const answer = await play(through, script)
  direct.stream.destroy()
  through.stream.destroy()
  expect(answer).toEqual(expected)
  await through.ended
  const { spool } = gateway.gate
  await spool.until(() => spool.of('intent').length === spool.of('outcome').length)
}
