import { createHash } from 'node:crypto'
import { SpoolRecord, ValueFormat } from '@wardgate/contract'
import type { StatementOperation } from '@wardgate/gateway'
import fc from 'fast-check'
import { intentEntry, outcomeEntry, sampleOperation } from '../testing/entries'
import { encodeRecord, maximumParameterBytes, maximumTextChars } from './encode'
import { ProtoWriter } from './proto-writer'
import type { AnyEntry } from './record'

function roundTrip(entry: AnyEntry, sequence = 1, time = 1_763_784_000_123_456): SpoolRecord {
  const writer = new ProtoWriter(16)
  encodeRecord(writer, sequence, time, entry)
  return SpoolRecord.decode(writer.buffer.subarray(0, writer.position))
}

describe('the spool record encoder', () => {
  it('writes an intent that the generated code reads back whole', () => {
    const operation: StatementOperation = {
      ...sampleOperation,
      parameters: [
        { type: 23, format: 'text', value: Buffer.from('42') },
        { type: 0, format: 'binary', value: null },
        { type: 25, format: 'text', value: Buffer.alloc(0) },
      ],
    }
    const { sequence, time, entry } = roundTrip(intentEntry('op-1', operation), 2 ** 40)
    expect({ sequence, time }).toEqual({ sequence: 2n ** 40n, time: 1_763_784_000_123_456n })
    expect(entry).toEqual({
      $case: 'intent',
      value: {
        sessionId: '01930000-0000-7000-8000-000000000001',
        operationId: 'op-1',
        kind: 'statement',
        summary: 'SELECT on public.customers',
        text: operation.text,
        textDigest: createHash('sha256').update(operation.text).digest(),
        textBytes: BigInt(Buffer.byteLength(operation.text)),
        parameters: [
          { type: 23, format: ValueFormat.VALUE_FORMAT_TEXT, value: Buffer.from('42') },
          { type: 0, format: ValueFormat.VALUE_FORMAT_BINARY, value: undefined },
          { type: 25, format: ValueFormat.VALUE_FORMAT_TEXT, value: Buffer.alloc(0) },
        ],
        determinedBy: [{ policy: 'autogen-orders', rule: 'read' }],
        approvalId: '',
        epoch: 7n,
        fromMemo: true,
        actions: [{ action: 'read', resource: 'table:public.customers' }],
      },
    })
  })

  it('writes every other kind so that the generated code reads it back', () => {
    const sessionId = 's'
    const entries: AnyEntry[] = [
      outcomeEntry('o'),
      {
        kind: 'refused',
        sessionId,
        operationId: 'o',
        operation: sampleOperation,
        code: 'ERR_POLICY_DENIED',
        message: 'no',
        verdict: {
          determinedBy: [{ policy: 'shop', rule: 'no-ddl' }],
          summary: 'DROP on public.orders',
          actions: [{ action: 'drop', resource: 'table:public.orders' }],
        },
      },
      {
        kind: 'session-ended',
        sessionId,
        reason: 'client',
        errorCode: '',
        bytesIn: 5,
        bytesOut: 6,
      },
      {
        kind: 'login-refused',
        protocol: 'p',
        clientAddress: 'a',
        connection: 'c',
        code: 'ERR_AUTH_TIMEOUT',
        message: 'm',
      },
      { kind: 'recording', sessionId, index: 3, data: Buffer.from([1, 2]), last: true },
      { kind: 'spool-created', previousSpoolId: 'before', reason: 'why' },
      { kind: 'agent-life', event: 'control-lost', detail: 'd' },
      {
        kind: 'session-started',
        sessionId,
        admission: Buffer.from([9, 8]),
        clientAddress: 'a:1',
        claimed: { tool: 'x', empty: '' },
      },
    ]
    const cases = entries.map((entry) => roundTrip(entry).entry?.$case)
    expect(cases).toEqual([
      'outcome',
      'refused',
      'sessionEnded',
      'loginRefused',
      'recording',
      'spoolCreated',
      'agentLife',
      'sessionStarted',
    ])
    expect(roundTrip(entries[1]!).entry?.value).toMatchObject({
      code: 'ERR_POLICY_DENIED',
      determinedBy: [{ policy: 'shop', rule: 'no-ddl' }],
      summary: 'DROP on public.orders',
      actions: [{ action: 'drop', resource: 'table:public.orders' }],
    })
    expect(roundTrip(entries[7]!).entry?.value).toEqual({
      sessionId,
      admission: Buffer.from([9, 8]),
      clientAddress: 'a:1',
      claimed: [
        { name: 'tool', value: 'x' },
        { name: 'empty', value: '' },
      ],
    })
    expect(roundTrip(entries[4]!).entry?.value).toEqual({
      sessionId,
      index: 3,
      data: Buffer.from([1, 2]),
      last: true,
    })
    expect(roundTrip(entries[2]!).entry?.value).toEqual({
      sessionId,
      reason: 'client',
      errorCode: '',
      bytesIn: 5n,
      bytesOut: 6n,
    })
  })

  it('carries any text and any counts', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 300 }),
        fc.maxSafeNat(),
        fc.maxSafeNat(),
        (text, rows, sequence) => {
          const writer = new ProtoWriter(16)
          const outcome = { status: 'failed' as const, rows, bytes: 0, maskedCells: 0 }
          const entry: AnyEntry = {
            kind: 'outcome',
            sessionId: text,
            operationId: '',
            outcome: { ...outcome, error: { code: '42601', message: text } },
            durationMicros: 0.4,
          }
          encodeRecord(writer, sequence, 0, entry)
          const read = SpoolRecord.decode(writer.buffer.subarray(0, writer.position))
          expect(read.sequence).toBe(BigInt(sequence))
          if (read.entry?.$case !== 'outcome') throw new Error('another kind')
          expect(read.entry.value.sessionId).toBe(Buffer.from(text).toString())
          expect(read.entry.value.errorMessage).toBe(Buffer.from(text).toString())
          expect(read.entry.value.rows).toBe(BigInt(rows))
        },
      ),
    )
  })

  it('cuts long text and values but digests the whole text', () => {
    const text = `${'x'.repeat(maximumTextChars - 1)}😀tail`
    const value = Buffer.alloc(maximumParameterBytes + 1, 1)
    const { entry } = roundTrip(
      intentEntry('o', {
        ...sampleOperation,
        text,
        parameters: [{ type: 0, format: 'binary', value }],
      }),
    )
    if (entry?.$case !== 'intent') throw new Error('another kind')
    expect(entry.value.text).toBe('x'.repeat(maximumTextChars - 1))
    expect(entry.value.textDigest).toEqual(createHash('sha256').update(text).digest())
    expect(entry.value.textBytes).toBe(BigInt(Buffer.byteLength(text)))
    expect(entry.value.parameters[0]?.value?.length).toBe(maximumParameterBytes)
  })
})
