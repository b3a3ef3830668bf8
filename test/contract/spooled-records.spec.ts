import { splitIngestRequest } from '@wardgate/contract'
import { encodeIngestRequest } from '../../apps/agent/src/ingest/request'
import { encodeRecord } from '../../apps/agent/src/spool/encode'
import { ProtoWriter } from '../../apps/agent/src/spool/proto-writer'
import type { AnyEntry } from '../../apps/agent/src/spool/record'
import { intentEntry, outcomeEntry, sampleOperation } from '../../apps/agent/src/testing/entries'
import {
  usualIntent,
  usualOutcome,
} from '../../apps/control-plane/src/ingest/records/operation-fields'

function sent(entry: AnyEntry) {
  const writer = new ProtoWriter()
  encodeRecord(writer, 7, 1_763_784_000_000_001, entry)
  const payload = writer.buffer.subarray(0, writer.position)
  const batch = { first: 7, last: 7, payloads: [payload], bytes: payload.length }
  const [record] = splitIngestRequest(encodeIngestRequest('spool', batch)).records
  if (record === undefined) throw new Error('no record')
  return record
}

describe('what an agent spools of an operation', () => {
  it.each([
    ['as it is', {}],
    [
      'with parameters',
      { parameters: [{ type: 23, format: 'binary', value: Buffer.of(0, 0, 1, 5) }] },
    ],
    ['with a text that is not ASCII', { text: "select 'größe 😀'" }],
    ['with a text that is cut', { text: 'ä'.repeat(70_000) }],
  ] as const)('is read by the control plane without being decoded: an intent %s', (_how, of) => {
    const record = sent(intentEntry('o1', { ...sampleOperation, ...of }))
    expect(record).toMatchObject({ sequence: 7, time: 1_763_784_000_000_001 })
    const { entry } = record.decode()
    if (entry?.$case !== 'intent') throw new Error('no intent')
    const { textDigest, textBytes, text, parameters, fromMemo } = entry.value
    expect(usualIntent(record)).toMatchObject({
      operationId: 'o1',
      text,
      textDigest: textDigest.toString('hex'),
      textBytes: Number(textBytes),
      parameters,
      fromMemo,
    })
  })

  it('is read by the control plane without being decoded: an outcome', () => {
    const record = sent(outcomeEntry('o1'))
    const { entry } = record.decode()
    if (entry?.$case !== 'outcome') throw new Error('no outcome')
    const { status, completion, rows } = entry.value
    expect(usualOutcome(record)).toMatchObject({ status, completion, rows: Number(rows) })
  })
})
