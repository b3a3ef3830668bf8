import { type Run, type SignedCheckpoint, verifierKey, writeDamagedBundle } from '.'
import { key, origin, SampleLog, trustedKeys } from './testing/sample-log'
import { verifyBundle } from './verify'

const log = SampleLog.of(20)

async function bundleOf(
  missing: readonly Run[],
  sound: SignedCheckpoint | undefined,
  range: Run = { first: 0, end: 20 },
): Promise<string> {
  const isMissing = (index: number) =>
    missing.some(({ first, end }) => index >= first && index < end)
  const lines = writeDamagedBundle({
    origin,
    verifierKey: verifierKey(key),
    checkpoint: log.checkpoint(),
    sound,
    range,
    missing,
    read: ({ first, end }) => log.entries(first, end).filter(({ index }) => !isMissing(index)),
    reader: log.reader,
  })
  let text = ''
  for await (const line of lines) text += line
  return text
}

const verify = (bundle: string) => verifyBundle(bundle, { trustedKeys })

describe('a bundle of a log that lost entries', () => {
  it('holds what is left, names what is not, and never passes', async () => {
    const report = verify(await bundleOf([{ first: 7, end: 9 }], log.checkpoint(6)))
    expect(report.entries).toBe(18)
    expect(report.integrity.problems.map(({ record, message }) => [record, message])).toEqual([
      [6, 'nothing proves entry 6: the proof needs what is missing'],
      [7, 'missing from the log that was signed: entries 7 to 8'],
      [9, 'nothing proves entries 9 to 19: the proof needs what is missing'],
      [undefined, expect.stringContaining('the log of size 6 and that of size 20')],
    ])
    expect(report.completeness.gaps).toMatchObject([
      { kind: 'not-shown', record: 7 },
      { kind: 'missing', first: 8, last: 9 },
    ])
  })

  it('proves what comes before the damage, as of the checkpoint that was signed then', async () => {
    const bundle = await bundleOf([{ first: 12, end: 20 }], log.checkpoint(12), {
      first: 3,
      end: 12,
    })
    const entry = log.leaves[5] ?? ''
    expect(bundle).toContain(JSON.stringify(entry))
    const sound = verify(bundle).integrity.problems.map(({ record }) => record)
    expect(sound).toEqual([12, undefined])
    const altered = verify(bundle.replace('"index":5', '"index":6')).integrity.problems
    expect(altered.length).toBeGreaterThan(2)
  })

  it('does not pass without its lines about the damage', async () => {
    const whole = await bundleOf([{ first: 18, end: 20 }], undefined)
    const lines = whole.split('\n').filter((line) => !line.includes('"type":"missing"'))
    expect(verify(lines.join('\n')).integrity.ok).toBe(false)
    const cut = lines.filter((line) => !line.includes('"type":"part"'))
    const { integrity } = verify(cut.join('\n'))
    expect(integrity.problems.some(({ message }) => message.includes('outside of any range'))).toBe(
      true,
    )
  })

  it('tells of damage beside the run that was asked for', async () => {
    const report = verify(await bundleOf([{ first: 0, end: 1 }], undefined, { first: 4, end: 6 }))
    expect(report.entries).toBe(2)
    expect(report.integrity.problems.map(({ record }) => record)).toEqual([0, 4])
    expect(report.completeness.ok).toBe(false)
  })
})
