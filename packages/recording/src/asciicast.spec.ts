import { asciicast, createRecordingWriter, readRecording, type Recorded } from './index'

/** Records and reads back, one event a second. */
function recorded(events: readonly (readonly [Recorded | 'mark', string | Uint8Array])[]) {
  const chunks: Uint8Array[] = []
  let micros = 0
  const writer = createRecordingWriter({
    sessionId: 's',
    protocol: 'p',
    startedAtMicros: 1_700_000_000_000_000n,
    micros: () => micros,
    onChunk: (_index, data) => void chunks.push(Buffer.from(data)),
  })
  for (const [what, content] of events) {
    micros += 1_000_000
    if (what === 'mark') writer.mark(String(content))
    else writer.record(what, Buffer.from(content as Uint8Array))
  }
  writer.end()
  return [...asciicast(readRecording(chunks), { startedAtMicros: 1_700_000_000_000_000n })].map(
    (line) => JSON.parse(line) as unknown,
  )
}

describe('asciicast export', () => {
  it('tells size, output, input, changes of size and operations, each with its interval', () => {
    expect(
      recorded([
        ['mark', 'op-1'],
        ['size', '120x40'],
        ['out', '$ '],
        ['in', 'ls\r'],
        ['size', '100x30'],
        ['mark', 'op-2'],
        ['out', '\u001b[1mé\u001b[0m'],
      ]),
    ).toEqual([
      { version: 3, term: { cols: 120, rows: 40 }, timestamp: 1_700_000_000 },
      [3, 'o', '$ '],
      [1, 'i', 'ls\r'],
      [1, 'r', '100x30'],
      [1, 'm', 'op-2'],
      [1, 'o', '\u001b[1mé\u001b[0m'],
    ])
  })

  it('joins a character that was cut in two', () => {
    const [, first, second] = recorded([
      ['out', Buffer.from([0x61, 0xc3])],
      ['out', Buffer.from([0xa9])],
    ])
    expect([first, second]).toEqual([
      [1, 'o', 'a'],
      [1, 'o', 'é'],
    ])
  })

  it('has a header even when nothing was recorded', () => {
    expect(recorded([])).toMatchObject([{ version: 3, term: { cols: 80, rows: 24 } }])
  })

  it('refuses a size that is none', () => {
    expect(() => recorded([['size', 'wide']])).toThrow(/malformed/)
  })
})
