import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { encodeEntry, signCheckpoint } from '.'
import { entryOf, key, noteKey, origin, SampleLog, trustedKeys } from './testing/sample-log'
import { verifyBundle, verifyLog } from './verify'

const options = { trustedKeys }

function verify(bundle: string | Uint8Array) {
  return verifyBundle(bundle, options)
}

/** What someone does who alters a bundle and knows its format. */
function resealed(lines: readonly string[]): string {
  const content = lines.map((line) => `${line}\n`).join('')
  const digest = createHash('sha256').update(content).digest('hex')
  return `${content}${JSON.stringify({ type: 'end', lines: lines.length + 1, digest })}\n`
}

function contentOf(bundle: string): string[] {
  return bundle.split('\n').slice(0, -2)
}

const recording = { sessionId: 'session-1', chunks: 3, digest: 'ab'.repeat(32) }

/** A run out of the middle, two checkpoints, a spool claim and a recording: every kind of line. */
async function everything() {
  const log = SampleLog.of(11)
  const { sessionId, ...body } = recording
  log.leaves[6] = encodeEntry({ ...entryOf(6, 7), kind: 'recording.ended', sessionId, body })
  const spools = [{ agentId: 'agent-1', spoolId: 'spool-1', first: 4, last: 9 }]
  const range = { first: 3, end: 9 }
  return log.bundle({
    checkpoints: [log.checkpoint(5), log.checkpoint()],
    range,
    entries: log.entries(3, 9),
    spools,
    recordings: [recording],
  })
}

describe('an evidence bundle', () => {
  it('verifies for any run of any log', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 40 }), fc.nat(), fc.nat(), async (size, a, b) => {
        const log = SampleLog.of(size)
        const first = a % size
        const end = first + 1 + (b % (size - first))
        const bundle = await log.bundle({ range: { first, end }, entries: log.entries(first, end) })
        const report = verify(bundle)
        expect(report.integrity.problems).toEqual([])
        expect(report.completeness.gaps).toEqual([])
        expect(report.entries).toBe(end - first)
      }),
    )
  })

  it('verifies with every kind of line in it', async () => {
    const report = verify(await everything())
    expect(report).toMatchObject({ integrity: { ok: true }, completeness: { ok: true } })
    expect(report.checkpoint).toMatchObject({ origin, size: 11 })
  })

  it('verifies selected entries, and says that it cannot tell whether others are missing', async () => {
    const log = SampleLog.of(20)
    const entries = [2, 7, 19].map((index) => ({ index, leaf: log.leaves[index]! }))
    const report = verify(await log.bundle({ range: undefined, entries }))
    expect(report.integrity).toEqual({ ok: true, problems: [] })
    expect(report.completeness.gaps).toContainEqual(expect.objectContaining({ kind: 'not-shown' }))
  })

  it('is refused after a change of any byte', async () => {
    const bytes = Buffer.from(await everything())
    for (let at = 0; at < bytes.length; at++) {
      const altered = Buffer.from(bytes)
      altered[at] = bytes[at]! ^ 1
      expect({ at, ok: verify(altered).integrity.ok }).toEqual({ at, ok: false })
    }
  })

  it('is refused after a change of any byte by one who seals it again', async () => {
    const lines = contentOf(await everything())
    for (const [i, line] of lines.entries()) {
      for (let at = 0; at < line.length; at++) {
        const code = line.charCodeAt(at)
        if (code >= 0x80) continue
        const altered = line.slice(0, at) + String.fromCharCode(code ^ 1) + line.slice(at + 1)
        const { integrity, completeness } = verify(resealed(lines.with(i, altered)))
        expect({ line, at, ok: integrity.ok && completeness.ok }).toEqual({ line, at, ok: false })
      }
    }
  })

  it('is refused when cut short anywhere', async () => {
    const bundle = await everything()
    for (let length = 0; length < bundle.length; length += 7) {
      expect(verify(bundle.slice(0, length)).integrity.ok).toBe(false)
    }
  })

  it.each([
    ['left out', (lines: string[]) => lines.toSpliced(6, 1), 'stands where entry 4'],
    ['doubled', (lines: string[]) => lines.toSpliced(6, 0, lines[6]!), 'stands where entry'],
    ['swapped', (lines: string[]) => lines.with(6, lines[7]!).with(7, lines[6]!), 'stands where'],
    [
      'left out at the end',
      (lines: string[]) => lines.toSpliced(10, 1),
      'the entries 8 to 8 are missing',
    ],
  ])('tells that an entry was %s', async (_name, change, message) => {
    const lines = contentOf(await everything())
    expect(lines[6]).toContain('"index":4')
    const { integrity } = verify(resealed(change(lines)))
    expect(integrity.problems.map((p) => p.message).join('\n')).toContain(message)
  })

  it('names the record whose leaf was altered', async () => {
    const bundle = await SampleLog.of(9).bundle()
    const altered = bundle.replace('{\\"index\\":5,', '{\\"index\\":6,')
    expect(verify(altered).integrity.problems).toContainEqual(
      expect.objectContaining({ record: 5, message: 'entry 5 is not what was logged' }),
    )
  })

  it('narrows an entry rewritten with its hash down to the checkpoints around it', async () => {
    const log = SampleLog.of(30)
    const honest = [10, 20, 30].map((size) => log.checkpoint(size))
    log.leaves[14] = encodeEntry(entryOf(99, 15))
    const { integrity } = verify(await log.bundle({ checkpoints: honest }))
    expect(integrity.problems).toContainEqual(
      expect.objectContaining({ record: 10, message: expect.stringContaining('10 to 19') }),
    )
  })

  it('refuses a key that the reader does not trust, and a checkpoint of another log', async () => {
    const log = SampleLog.of(3)
    const bundle = await log.bundle()
    expect(verifyBundle(bundle, { trustedKeys: [] }).integrity.ok).toBe(false)
    const other = 'other.test/audit'
    const note = signCheckpoint({ origin: other, size: 3, root: log.root() }, noteKey(other))
    const { integrity } = verify(await log.bundle({ checkpoints: [{ size: 3, note }] }))
    expect(integrity.problems[0]?.message).toContain(`'${other}', which is not trusted`)
  })

  it('refuses a signature by a foreign key of the trusted name', async () => {
    const log = SampleLog.of(3)
    const note = signCheckpoint({ origin, size: 3, root: log.root() }, noteKey(origin, 2))
    const { integrity } = verify(await log.bundle({ checkpoints: [{ size: 3, note }] }))
    expect(integrity.problems[0]?.message).toBe('no trusted key signed the checkpoint')
  })

  it('shows a split view: two histories of one size', async () => {
    const [ours, theirs] = [SampleLog.of(6), SampleLog.of(6)]
    theirs.leaves[2] = encodeEntry(entryOf(77, 3))
    const knownCheckpoints = [theirs.checkpoint().note]
    const { integrity } = verifyBundle(await ours.bundle(), { trustedKeys, knownCheckpoints })
    expect(integrity.problems[0]?.message).toContain('the log shows two histories')
  })

  it('shows a history rewritten since a checkpoint that the reader kept', async () => {
    const [before, after] = [SampleLog.of(6), SampleLog.of(12)]
    after.leaves[2] = encodeEntry(entryOf(77, 3))
    const kept = before.checkpoint()
    const whole = verifyBundle(await after.bundle(), { trustedKeys, knownCheckpoints: [kept.note] })
    expect(whole.integrity.ok).toBe(false)
    const proven = await after.bundle({ checkpoints: [kept, after.checkpoint()] })
    expect(verify(proven).integrity.problems[0]?.message).toContain('the proof fails')
  })

  it('wants a proof for a kept checkpoint that the run does not pass', async () => {
    const log = SampleLog.of(12)
    const bundle = await log.bundle({ range: { first: 8, end: 12 }, entries: log.entries(8) })
    const knownCheckpoints = [log.checkpoint(5).note]
    const { integrity } = verifyBundle(bundle, { trustedKeys, knownCheckpoints })
    expect(integrity.problems[0]?.message).toContain('nothing shows that the log of size 5')
  })

  it.each([
    ['missing', [1, 2, 4, 5], { kind: 'missing', first: 3, last: 3 }],
    ['missing at the beginning', [3, 4], { kind: 'missing', first: 1, last: 2 }],
    ['doubled', [1, 2, 2, 3], { kind: 'doubled', first: 2, record: 2 }],
    ['reordered', [1, 3, 2, 4], { kind: 'reordered', first: 2, record: 2 }],
  ])(
    'tells of a sequence number that is %s, with integrity untouched',
    async (_n, sequences, gap) => {
      const report = verify(await new SampleLog(sequences).bundle())
      expect(report.integrity.ok).toBe(true)
      expect(report.completeness.gaps).toEqual([expect.objectContaining(gap)])
    },
  )

  it('never throws, whatever it is given', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json(), fc.uint8Array()), (bundle) => {
        expect(verify(bundle).integrity.ok).toBe(false)
      }),
    )
  })
})

describe('verifyLog', () => {
  const stored = (log: SampleLog) => log.leaves.map((leaf) => ({ leaf }))

  it('verifies a whole log, entries after the checkpoint aside', () => {
    const log = SampleLog.of(21)
    const report = verifyLog(stored(log), log.checkpoint(20).note, options)
    expect(report).toMatchObject({
      integrity: { ok: true },
      completeness: { ok: true },
      entries: 20,
    })
  })

  it('tells of a truncated tail, an altered entry and a foreign checkpoint', () => {
    const log = SampleLog.of(20)
    const { note } = log.checkpoint()
    const cut = verifyLog(stored(log).slice(0, 18), note, options)
    expect(cut.integrity.problems[0]?.message).toBe('the entries 18 to 19 are missing')
    const altered = stored(log).with(3, { leaf: encodeEntry(entryOf(3, 99)) })
    expect(verifyLog(altered, note, options).integrity.ok).toBe(false)
    expect(verifyLog(stored(log), note, { trustedKeys: [] }).integrity.ok).toBe(false)
    expect(key.name).toBe(origin)
  })
})
