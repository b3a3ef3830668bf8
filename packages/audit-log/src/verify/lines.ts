import { decodeBase64 } from './note'

/** The lines of an evidence bundle, in the order in which they may come. */
export type BundleLine =
  | { type: 'bundle'; version: 1; origin: string; size: number; verifierKey: string }
  | { type: 'checkpoint'; note: string }
  | { type: 'consistency'; from: number; to: number; hashes: Buffer[] }
  | { type: 'range'; first: number; end: number; left: Buffer[]; right: Buffer[]; size?: number }
  | { type: 'part'; first: number; end: number }
  | { type: 'missing'; first: number; end: number }
  | { type: 'entry'; index: number; leaf: string; hash: Buffer; proof?: Buffer[] }
  | { type: 'spool'; agentId: string; spoolId: string; first: number; last: number }
  | { type: 'recording'; sessionId: string; chunks: number; digest: string }
  | { type: 'end'; lines: number; digest: string }

/** Place of each type in a bundle; equal places may mix. */
export const linePlace: Readonly<Record<BundleLine['type'], number>> = {
  bundle: 0,
  checkpoint: 1,
  consistency: 2,
  range: 3,
  part: 3,
  missing: 3,
  entry: 3,
  spool: 4,
  recording: 5,
  end: 6,
}

const hashBytes = 32
const maxHashes = 128
const maxLineLength = 1_048_576

type Check = (value: unknown) => unknown

const text: Check = (value) => (typeof value === 'string' ? value : undefined)
const count: Check = (value) => {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined
}
const one: Check = (value) => (value === 1 ? value : undefined)
const hash: Check = (value) => {
  const bytes = typeof value === 'string' ? decodeBase64(value) : undefined
  return bytes?.length === hashBytes ? bytes : undefined
}
const hashes: Check = (value) => {
  if (!Array.isArray(value) || value.length > maxHashes) return undefined
  const all = value.map(hash)
  return all.includes(undefined) ? undefined : all
}

const shapes: Readonly<Record<BundleLine['type'], Readonly<Record<string, Check>>>> = {
  bundle: { version: one, origin: text, size: count, verifierKey: text },
  checkpoint: { note: text },
  consistency: { from: count, to: count, hashes },
  range: { first: count, end: count, left: hashes, right: hashes },
  part: { first: count, end: count },
  missing: { first: count, end: count },
  entry: { index: count, leaf: text, hash },
  spool: { agentId: text, spoolId: text, first: count, last: count },
  recording: { sessionId: text, chunks: count, digest: text },
  end: { lines: count, digest: text },
}

/** One line, or undefined when it is not exactly what a writer writes: no second spelling, no unknown property. */
export function parseLine(unverifiedLine: string): BundleLine | undefined {
  if (unverifiedLine.length > maxLineLength) return undefined
  let value: unknown
  try {
    value = JSON.parse(unverifiedLine)
  } catch {
    return undefined
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  if (JSON.stringify(value) !== unverifiedLine) return undefined
  const { type, ...properties } = value as Readonly<Record<string, unknown>>
  if (typeof type !== 'string' || !Object.hasOwn(shapes, type)) return undefined
  const name = type as BundleLine['type']
  const shape = { ...shapes[name] }
  if (name === 'entry' && 'proof' in properties) shape['proof'] = hashes
  if (name === 'range' && 'size' in properties) shape['size'] = count
  const names = Object.keys(shape)
  if (Object.keys(properties).join() !== names.join()) return undefined
  const line: Record<string, unknown> = { type }
  for (const [property, check] of Object.entries(shape)) {
    const checked = check(properties[property])
    if (checked === undefined) return undefined
    line[property] = checked
  }
  return line as BundleLine
}
