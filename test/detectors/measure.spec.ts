import { measureAll, type Measured } from './measure'

/** Of bare numbers one in ten passes a check digit, and the samples hold many of that length. */
const leastPrecision: Readonly<Record<string, number>> = { in_aadhaar: 0.85, nl_bsn: 0.85 }

const measured = measureAll()

it.each(measured.map((result) => [result.detector, result] as const))(
  '%s finds what it should and little else',
  (detector, { values, recall, precision }) => {
    expect(values).toBeGreaterThanOrEqual(60)
    expect(recall).toBeGreaterThanOrEqual(0.95)
    expect(precision).toBeGreaterThanOrEqual(leastPrecision[detector] ?? 0.9)
  },
)

afterAll(() => {
  if (process.env['WARDGATE_SHOW_DETECTORS'] === undefined) return
  const head = ['| detector | values | recall | precision |', '| --- | --- | --- | --- |']
  process.stderr.write(`${[...head, ...measured.map(row)].join('\n')}\n`)
})

function row({ detector, values, recall, precision }: Measured): string {
  return `| \`${detector}\` | ${values} | ${percent(recall)} | ${percent(precision)} |`
}

function percent(part: number): string {
  return `${(part * 100).toFixed(1)} %`
}
