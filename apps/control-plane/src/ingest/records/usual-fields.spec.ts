import {
  type EncodedRecord,
  IngestRequest,
  lengthTag,
  OperationIntent,
  OperationOutcome,
  splitIngestRequest,
  SpoolRecord,
} from '@wardgate/contract'
import fc from 'fast-check'
import { spooledRequest } from '../../testing/spooled-request'
import { intentEntry, outcomeEntry, spooled } from '../../testing/test-spool'
import type { RecordContent } from './ingested-record'
import { intentFields, usualIntent, usualOutcome } from './operation-fields'
import { readIntent, readOutcome } from './operation-records'
import { readRecord } from './read-batch'

const sessionId = '018f0000-0000-7000-8000-000000000001'
const operationId = '018f0000-0000-7000-8000-000000000002'
const time = 1_763_784_000_000_000

const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.constantFrom(
    '',
    '\0',
    '\uFEFFselect',
    '\uFFFD',
    'select \'ä€😀\'\n\t"x"\\',
    'p'.repeat(7_000),
  ),
  fc.constantFrom(
    "alter role a password 'secret'",
    '/* traceparent=00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01 */ select 1',
  ),
)
const bytes = (most: number) =>
  fc.uint8Array({ maxLength: most }).map((value) => Buffer.from(value))
const count = fc.oneof(fc.bigInt(0n, 300n), fc.bigInt(0n, 2n ** 64n - 1n))
const rules = fc.array(fc.record({ policy: text, rule: text }), { maxLength: 3 })
const actions = fc.array(fc.record({ action: text, resource: text }), { maxLength: 3 })

const intents = fc.record({
  sessionId: fc.constant(sessionId),
  operationId: fc.constant(operationId),
  kind: text,
  summary: text,
  text,
  textDigest: bytes(40),
  textBytes: count,
  parameters: fc.array(
    fc.record({
      type: fc.constantFrom(0, 23, 25),
      format: fc.constantFrom(1, 2),
      value: fc.option(bytes(10), { nil: undefined }),
    }),
    { maxLength: 22 },
  ),
  determinedBy: rules,
  approvalId: fc.constantFrom('', '018f0000-0000-7000-8000-000000000003'),
  epoch: count,
  fromMemo: fc.boolean(),
  actions,
})
const outcomes = fc.record({
  sessionId: fc.constant(sessionId),
  operationId: fc.constant(operationId),
  status: fc.constantFrom(1, 2, 3, 4),
  completion: text,
  rows: count,
  bytes: count,
  maskedCells: count,
  errorCode: text,
  errorMessage: text,
  durationMicros: count,
})

function recordIn(request: Uint8Array): EncodedRecord {
  const [record] = splitIngestRequest(request).records
  if (record === undefined) throw new Error('no record')
  return record
}

const asSpooled = (entry: NonNullable<SpoolRecord['entry']>) =>
  recordIn(spooledRequest('', [spooled(1, entry, new Date(time / 1000))]))

/** With all that it tells, as plain data. */
function whole({ effect, ...content }: RecordContent) {
  const read = effect !== undefined && 'read' in effect ? effect.read() : undefined
  return JSON.parse(
    JSON.stringify({ ...content, effect, read }, (_name, value: unknown) =>
      typeof value === 'bigint' ? Number(value) : value,
    ),
  ) as unknown
}

describe('a record that is read without decoding it', () => {
  it('comes to the same as an intent that is decoded', () => {
    fc.assert(
      fc.property(intents, (value) => {
        const decoded = readIntent(intentFields(value), time)
        expect(whole(readRecord(asSpooled({ $case: 'intent', value })))).toMatchObject(
          whole(decoded) as object,
        )
      }),
    )
  })

  it('comes to the same as an outcome that is decoded', () => {
    fc.assert(
      fc.property(outcomes, (value) => {
        const decoded = readOutcome(value, time)
        expect(whole(readRecord(asSpooled({ $case: 'outcome', value })))).toMatchObject(
          whole(decoded) as object,
        )
      }),
    )
  })

  it('is each one that an agent writes about a statement', () => {
    const intent = intentEntry(sessionId, {
      text: "select 'ä€😀'\n",
      parameters: [{ type: 25, format: 1, value: Buffer.from("it's") }],
    })
    expect(usualIntent(asSpooled(intent))).toMatchObject({
      text: "select 'ä€😀'\n",
      fromMemo: true,
    })
    expect(usualOutcome(asSpooled(outcomeEntry(sessionId, operationId)))).toMatchObject({
      operationId,
      rows: 1,
      completion: 'SELECT 1',
    })
  })
})

describe('a record that is not as agents write it', () => {
  /** A record around the bytes of an entry, whatever they are. */
  const around = (field: number, entry: Uint8Array) => {
    const record = SpoolRecord.encode({ sequence: 1n, time: BigInt(time), entry: undefined })
    record.uint32(lengthTag(field)).bytes(entry)
    const request = IngestRequest.encode({ spoolId: '', records: [] })
    return recordIn(request.uint32(lengthTag(2)).bytes(record.finish()).finish())
  }
  const empty = OperationIntent.decode(new Uint8Array(0))
  const intent = (of: Partial<OperationIntent>) =>
    OperationIntent.encode({ ...empty, ...of }).finish()
  const own = intent({ sessionId, operationId, kind: 'statement', text: 'select 1' })

  it.each([
    ['the verdict first', Buffer.concat([intent({ summary: 's' }), own])],
    ['a text behind the verdict', Buffer.concat([own, intent({ summary: 's', text: 'drop' })])],
    ['an id behind the verdict', Buffer.concat([own, intent({ operationId: sessionId })])],
    ['a field of another version', Buffer.concat([own, Buffer.of(0xf8, 0x01, 1)])],
    ['no session', intent({ operationId })],
    ['a text that is none', Buffer.concat([own.subarray(0, -8), Buffer.alloc(8, 0xff)])],
  ])('is decoded: %s', (_what, entry) => {
    const record = around(4, entry)
    expect(usualIntent(record)).toBeUndefined()
    const { entry: decoded } = record.decode()
    if (decoded?.$case !== 'intent') throw new Error('no intent')
    const read = () => whole(readIntent(intentFields(decoded.value), time))
    if (decoded.value.sessionId === '') expect(() => readRecord(record)).toThrow('an id')
    else expect(whole(readRecord(record))).toMatchObject(read() as object)
  })

  it('is decoded: an outcome with a field twice', () => {
    const base = OperationOutcome.decode(new Uint8Array(0))
    const once = OperationOutcome.encode({ ...base, sessionId, operationId, status: 1 }).finish()
    const entry = Buffer.concat([once, OperationOutcome.encode({ ...base, rows: 2n }).finish()])
    expect(usualOutcome(around(5, entry))?.rows).toBe(2)
    const twice = Buffer.concat([entry, OperationOutcome.encode({ ...base, status: 2 }).finish()])
    expect(usualOutcome(around(5, twice))).toBeUndefined()
    expect(readRecord(around(5, twice)).body).toContain('"status":"failed"')
  })

  it('is refused when it breaks off', () => {
    const cut = around(4, own.subarray(0, -1))
    expect(() => readRecord(cut)).toThrow(
      expect.objectContaining({ code: 'ERR_PROTOCOL_MALFORMED' }),
    )
  })

  it('is refused when it says a time that there is not', () => {
    const records = [{ sequence: 1n, time: 2n ** 64n - 1n, entry: intentEntry(sessionId) }]
    const record = recordIn(IngestRequest.encode({ spoolId: '', records }).finish())
    expect(() => readRecord(record)).toThrow('a time')
  })
})
