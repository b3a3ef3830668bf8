import { IngestRequest, splitIngestRequest, spoolField, type SpoolRecord } from '.'

const sessionId = '018f0000-0000-7000-8000-000000000001'
const entries: NonNullable<SpoolRecord['entry']>[] = [
  { $case: 'spoolCreated', value: { previousSpoolId: 'former', reason: 'first' } },
  {
    $case: 'sessionStarted',
    value: { sessionId, admission: Buffer.of(1, 2), clientAddress: '::1', claimed: [] },
  },
  {
    $case: 'outcome',
    value: {
      sessionId,
      operationId: 'o',
      status: 1,
      completion: '',
      rows: 2n ** 60n,
      bytes: 0n,
      maskedCells: 0n,
      errorCode: '',
      errorMessage: '',
      durationMicros: 1n,
    },
  },
  { $case: 'recording', value: { sessionId, index: 0, data: Buffer.alloc(300, 7), last: true } },
  { $case: 'agentLife', value: { event: 1, detail: '' } },
]
const records = entries.map((entry, at) => ({ sequence: BigInt(at + 1), time: 5n, entry }))
const bytes = IngestRequest.encode({ spoolId: 'spool', records }).finish()

describe('a serialised batch', () => {
  it('is taken apart into what it is decoded as, in any order', () => {
    const split = splitIngestRequest(bytes)
    const { spoolId, records: decoded } = IngestRequest.decode(bytes)
    expect(split.spoolId).toBe(spoolId)
    expect([...split.records].reverse().map((record) => record.decode())).toEqual(decoded.reverse())
  })

  it('tells sequence, kind and session of each record ahead', () => {
    expect(
      splitIngestRequest(bytes).records.map((record) => [
        record.sequence,
        record.entryField,
        record.sessionId,
      ]),
    ).toEqual([
      [1, spoolField.spoolCreated, ''],
      [2, spoolField.sessionStarted, sessionId],
      [3, spoolField.outcome, sessionId],
      [4, spoolField.recording, sessionId],
      [5, spoolField.agentLife, ''],
    ])
  })

  it('is refused wherever it breaks off within a record', () => {
    const whole = splitIngestRequest(bytes).records.length
    for (let length = 0; length < bytes.length; length++) {
      const cut = bytes.subarray(0, length)
      let found: number
      try {
        found = splitIngestRequest(cut).records.length
        for (const record of splitIngestRequest(cut).records) record.decode()
      } catch {
        continue
      }
      // Between two records nothing shows that there should be more.
      expect(found).toBeLessThan(whole)
      expect(IngestRequest.decode(cut).records).toHaveLength(found)
    }
  })
})
