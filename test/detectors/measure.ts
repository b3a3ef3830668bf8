import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { detectorNames, detectorOf } from '@wardgate/masking'

interface Sample {
  readonly text: string
  /** By detector: the values in the text that it has to find. */
  readonly finds: Readonly<Record<string, readonly string[]>>
}

export interface Measured {
  readonly detector: string
  readonly values: number
  readonly recall: number
  readonly precision: number
  /** What it found though nothing of its kind is there. */
  readonly wrong: readonly string[]
  readonly missed: readonly string[]
}

/** Keys are cut in the file, so that nobody's scanner takes it for a leak. */
const cut = /¦/g

export function readSamples(): readonly Sample[] {
  const lines = readFileSync(join(__dirname, 'samples.jsonl'), 'utf8').trim().replace(cut, '')
  return lines.split('\n').map((line) => JSON.parse(line) as Sample)
}

export function measure(detector: string, samples: readonly Sample[]): Measured {
  let [values, found, right] = [0, 0, 0]
  const wrong: string[] = []
  const missed: string[] = []
  for (const { text, finds } of samples) {
    const wanted = valuesOf(finds, detector)
    const spans = spansIn(detector, text)
    for (const value of wanted) {
      values += 1
      const start = text.indexOf(value)
      if (spans.some((span) => span.start <= start && span.end >= start + value.length)) found += 1
      else missed.push(value)
    }
    const others = Object.values(finds).flat()
    for (const { start, end } of spans) {
      const isIn = (value: string) => overlaps(text.indexOf(value), value.length, start, end)
      if (wanted.some(isIn)) right += 1
      // A card within an IBAN is no card, but it is no mistake to mask it.
      else if (!others.some(isIn)) wrong.push(text.slice(start, end))
    }
  }
  const precision = right + wrong.length === 0 ? 1 : right / (right + wrong.length)
  return { detector, values, recall: found / values, precision, wrong, missed }
}

export function measureAll(): Measured[] {
  const samples = readSamples()
  return detectorNames.map((detector) => measure(detector, samples))
}

function valuesOf(finds: Sample['finds'], detector: string): readonly string[] {
  if (detector !== 'national_id') return finds[detector] ?? []
  return Object.entries(finds).flatMap(([kind, values]) => (/^[a-z]{2}_/.test(kind) ? values : []))
}

function spansIn(name: string, text: string): { start: number; end: number }[] {
  const spans: { start: number; end: number }[] = []
  detectorOf(name).find(text, (start, end) => spans.push({ start, end }))
  return spans
}

function overlaps(at: number, length: number, start: number, end: number): boolean {
  return at < end && at + length > start
}
