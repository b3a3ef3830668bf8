import fc from 'fast-check'
import { chunkAt, createRecordingWriter, manifest, parseChunk, readRecording } from '.'
import type { RecordingEvent, RecordingWriterOptions } from '.'

const sessionId = '0193541f-0000-7000-8000-000000000001'

function recorder(changes: Partial<RecordingWriterOptions> = {}) {
  const chunks: Uint8Array[] = []
  const clock = { now: 5_000 }
  const writer = createRecordingWriter({
    sessionId,
    protocol: 'postgres',
    startedAtMicros: 1_700_000_000_000_000n,
    micros: () => clock.now,
    onChunk: (index, data) => {
      expect(index).toBe(chunks.length)
      chunks.push(Buffer.from(data))
    },
    ...changes,
  })
  return { chunks, clock, writer }
}

function small() {
  const { chunks, clock, writer } = recorder({ maxChunkBytes: 512 })
  for (let i = 0; i < 6; i++) {
    clock.now += 100
    writer.record(i % 2 === 0 ? 'in' : 'out', Buffer.alloc(100, i))
  }
  writer.end()
  return chunks
}

function reread(chunks: Iterable<Uint8Array>): RecordingEvent[] {
  return [...readRecording(chunks)]
}

const corruption = expect.objectContaining({ code: 'ERR_AUDIT_CORRUPT' })

describe('a recording', () => {
  it('is read as it was written', () => {
    const { chunks, clock, writer } = recorder()
    writer.mark('op-1')
    clock.now += 250
    writer.record('in', Buffer.from('select 1'))
    clock.now += 1_000_000
    writer.record('out', Buffer.from('1'))
    writer.flush()
    writer.record('out', new Uint8Array(0))
    writer.end()
    expect(reread(chunks)).toEqual([
      { kind: 'mark', micros: 0, operationId: 'op-1' },
      { kind: 'in', micros: 250, bytes: Buffer.from('select 1') },
      { kind: 'out', micros: 1_000_250, bytes: Buffer.from('1') },
      { kind: 'out', micros: 1_000_250, bytes: Buffer.alloc(0) },
    ])
  })

  it('says what begins where, once of what is cut', () => {
    const { chunks, writer } = recorder({ maxChunkBytes: 512 })
    const long = Buffer.alloc(900, 'a')
    for (const side of ['in', 'out'] as const)
      for (const part of ['head', 'more', 'message'] as const)
        writer.record(`${side}-${part}`, long)
    writer.end()
    const told = reread(chunks).map((event) => ('part' in event ? [event.kind, event.part] : []))
    const begun = told.filter(([, part]) => part !== 'more')
    expect(begun).toEqual([
      ['in', 'head'],
      ['in', 'message'],
      ['out', 'head'],
      ['out', 'message'],
    ])
    expect(told.length).toBeGreaterThanOrEqual(18)
  })

  it('copies what it records', () => {
    const { chunks, writer } = recorder()
    const bytes = Buffer.from('before')
    writer.record('in', bytes)
    bytes.write('after!')
    writer.end()
    expect(reread(chunks)).toMatchObject([{ bytes: Buffer.from('before') }])
  })

  it('gives back any sequence of events, in chunks within the limit', () => {
    const event = fc.record({
      direction: fc.constantFrom('in' as const, 'out' as const, 'mark' as const, 'flush' as const),
      bytes: fc.uint8Array({ maxLength: 3_000 }),
      wait: fc.integer({ min: -50, max: 10_000_000 }),
    })
    const run = fc.array(event, { maxLength: 40 })
    fc.assert(
      fc.property(
        run,
        fc.integer({ min: 500, max: 4_000 }),
        fc.boolean(),
        (events, maxChunkBytes, compress) => {
          const { chunks, clock, writer } = recorder({ maxChunkBytes, compress })
          const sent = { in: [] as Uint8Array[], out: [] as Uint8Array[], mark: 0 }
          for (const { direction, bytes, wait } of events) {
            clock.now += wait
            if (direction === 'flush') writer.flush()
            else if (direction === 'mark') writer.mark(`op-${sent.mark++}`)
            else {
              sent[direction].push(bytes)
              writer.record(direction, bytes)
            }
          }
          writer.end()
          for (const chunk of chunks) expect(chunk.length).toBeLessThanOrEqual(maxChunkBytes)
          const read = reread(chunks)
          for (const direction of ['in', 'out'] as const) {
            const bytes = read.flatMap((e) => (e.kind === direction ? [e.bytes] : []))
            expect(Buffer.concat(bytes)).toEqual(Buffer.concat(sent[direction]))
          }
          expect(read.filter((e) => e.kind === 'mark')).toHaveLength(sent.mark)
          expect(read.map((e) => e.micros)).toEqual(read.map((e) => e.micros).sort((a, b) => a - b))
        },
      ),
    )
  })

  it('deflates when asked and when it helps', () => {
    const sizes = [false, true].map((compress) => {
      const { chunks, writer } = recorder({ compress })
      writer.record('out', Buffer.alloc(40_000, 'abc'))
      writer.end()
      expect(
        Buffer.concat(reread(chunks).map((e) => ('bytes' in e ? e.bytes : Buffer.alloc(0)))),
      ).toHaveLength(40_000)
      return chunks[0]?.length ?? 0
    })
    expect(sizes[1]).toBeLessThan(2_000)
    expect(sizes[0]).toBeGreaterThan(40_000)
  })

  it('detects every altered byte', () => {
    const chunks = small()
    for (const [i, chunk] of chunks.entries()) {
      for (let at = 0; at < chunk.length; at++) {
        const altered = Buffer.from(chunk)
        altered[at] = (altered[at] ?? 0) ^ 0x41
        expect(() => reread(chunks.with(i, altered))).toThrow(corruption)
      }
    }
  })

  it('detects every truncation', () => {
    const chunks = small()
    const last = chunks.at(-1)!
    for (let length = 0; length < last.length; length++) {
      expect(() => reread(chunks.with(-1, last.subarray(0, length)))).toThrow(corruption)
    }
  })

  it.each([
    ['a missing chunk', (c: Uint8Array[]) => c.toSpliced(1, 1), 'chunk 1 is missing'],
    ['a missing first chunk', (c: Uint8Array[]) => c.slice(1), 'chunk 0 is missing'],
    ['a missing end', (c: Uint8Array[]) => c.slice(0, -1), 'it has no end: chunk 2 is missing'],
    ['a doubled chunk', (c: Uint8Array[]) => [c[0]!, ...c], 'chunk 0 is doubled'],
    ['chunks out of order', (c: Uint8Array[]) => [c[0]!, c[2]!, c[1]!], 'chunk 1 is missing'],
    [
      'a chunk of another recording',
      (c: Uint8Array[]) => c.with(1, foreign()[1]!),
      'chunk 1 does not follow chunk 0',
    ],
    ['chunks behind the end', (c: Uint8Array[]) => [...c, c[0]!], 'follows the last chunk'],
    ['nothing at all', () => [], 'it has no end'],
  ])('refuses %s', (_name, change, message) => {
    const chunks = small()
    expect(chunks).toHaveLength(3)
    expect(() => reread(change(chunks))).toThrow(message)
  })

  it('can be read while the session runs', () => {
    const chunks = small().slice(0, -1)
    expect([...readRecording(chunks, { open: true })]).toHaveLength(4)
  })

  it('is read from the chunk of a moment on', () => {
    const chunks = small()
    const firstIndex = chunkAt(
      chunks.map((chunk) => parseChunk(chunk)),
      450,
    )
    expect(firstIndex).toBe(2)
    const events = [...readRecording(chunks.slice(firstIndex), { firstIndex })]
    expect(events[0]?.micros).toBe(500)
  })

  it('has a manifest whose digest changes with any chunk', () => {
    const first = manifest(small())
    expect(first).toMatchObject({
      sessionId,
      chunks: 3,
      events: 6,
      durationMicros: 600,
      complete: true,
    })
    expect(first.digest).toMatch(/^[0-9a-f]{64}$/)
    expect(manifest(foreign()).digest).not.toBe(first.digest)
  })

  it('stops for good when a chunk cannot be kept', () => {
    const { writer } = recorder({
      onChunk: () => {
        throw new Error('spool is full')
      },
    })
    writer.record('in', Buffer.from('x'))
    expect(() => writer.flush()).toThrow('spool is full')
    expect(() => writer.record('in', Buffer.from('x'))).toThrow('spool is full')
  })

  it('takes nothing after its end', () => {
    const { writer } = recorder()
    writer.end()
    expect(() => writer.record('in', Buffer.from('x'))).toThrow('the recording has ended')
  })
})

function foreign(): Uint8Array[] {
  const { chunks, writer } = recorder({ maxChunkBytes: 512 })
  for (let i = 0; i < 6; i++) writer.record('in', Buffer.alloc(100, 9))
  writer.end()
  return chunks
}
