import { canonicalJson, encodeEntry, entryTime, maxLeafBytes } from '.'
import { entryOf } from './testing/sample-log'

describe('an audit entry', () => {
  it('is canonical JSON', () => {
    expect(encodeEntry(entryOf(0, 1))).toBe(
      '{"agentId":"agent-1","body":{"index":0,"text":"select 1"},"kind":"operation.intent",' +
        '"sequence":1,"spoolId":"spool-1","time":"2023-11-14T22:13:20.000000Z","version":1}',
    )
  })

  it('is canonical JSON whichever of its parts there are', () => {
    const ids = ['agentId', 'operationId', 'principalId', 'sessionId', 'spoolId'] as const
    for (let parts = 0; parts < 2 ** ids.length; parts++) {
      const named = ids
        .filter((_id, at) => (parts >> at) % 2 === 1)
        .map((id) => [id, `"${id}\u2028`])
      const entry = { ...entryOf(0, 1), ...Object.fromEntries(named) }
      expect(encodeEntry(entry)).toBe(canonicalJson({ ...entry }))
    }
  })

  it('keeps microseconds', () => {
    expect(entryTime(1_700_000_000_123_456n)).toBe('2023-11-14T22:13:20.123456Z')
  })

  it.each([
    ['a kind of other form', { kind: 'Operation' }],
    ['a time without microseconds', { time: '2023-11-14T22:13:20Z' }],
    ['a sequence of zero', { sequence: 0 }],
    ['more than a log entry may hold', { body: { text: 'x'.repeat(maxLeafBytes) } }],
  ])('is refused with %s', (_name, changes) => {
    expect(() => encodeEntry({ ...entryOf(0, 1), ...changes })).toThrow(/audit entry/)
  })

  it('is refused with a sequence number of nobody', () => {
    const { agentId: _agentId, ...rest } = entryOf(0, 1)
    expect(() => encodeEntry(rest)).toThrow('come together')
  })
})
