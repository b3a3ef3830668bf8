import {
  type BundleInput,
  closingLines,
  entryLine,
  sealedLines,
  type SignedCheckpoint,
  type StoredEntry,
  subtreeHashes,
} from './bundle'

/** Entries [first, end) of the log. */
export interface Run {
  readonly first: number
  readonly end: number
}

export interface DamagedBundleInput extends Omit<BundleInput, 'checkpoints' | 'range' | 'entries'> {
  readonly checkpoint: SignedCheckpoint
  /** The newest one that was signed before the first entry that is missing: up to it everything can be proven. */
  readonly sound: SignedCheckpoint | undefined
  readonly range: Run
  /** What the log lost, ascending, wherever it was. */
  readonly missing: readonly Run[]
  readonly read: (run: Run) => AsyncIterable<StoredEntry> | Iterable<StoredEntry>
}

/** What is left of a run of a log that lost entries. It names them, and no verifier passes it. */
export function writeDamagedBundle(input: DamagedBundleInput): AsyncGenerator<string> {
  return sealedLines(contentOf(input))
}

async function* contentOf(input: DamagedBundleInput): AsyncGenerator<object> {
  const { origin, verifierKey, checkpoint, sound, range, missing } = input
  yield { type: 'bundle', version: 1, origin, size: checkpoint.size, verifierKey }
  if (sound !== undefined) yield { type: 'checkpoint', note: sound.note }
  yield { type: 'checkpoint', note: checkpoint.note }
  let at = range.first
  for (const { first, end } of missing) {
    yield* piece(input, { first: at, end: Math.min(first, range.end) })
    yield { type: 'missing', first, end }
    at = Math.max(at, end)
  }
  yield* piece(input, { first: at, end: range.end })
  yield* closingLines(input)
}

/** Proven as far as the sound checkpoint goes, unproven beyond. */
async function* piece(input: DamagedBundleInput, { first, end }: Run): AsyncGenerator<object> {
  if (first >= end) return
  const size = input.sound?.size ?? 0
  const proven = Math.min(end, Math.max(first, size))
  if (first < proven) {
    const left = await subtreeHashes(0, first, input.reader)
    const right = await subtreeHashes(proven, size, input.reader)
    yield { type: 'range', first, end: proven, left, right, size }
    yield* entryLines(input.read({ first, end: proven }))
  }
  if (proven >= end) return
  yield { type: 'part', first: proven, end }
  yield* entryLines(input.read({ first: proven, end }))
}

async function* entryLines(entries: AsyncIterable<StoredEntry> | Iterable<StoredEntry>) {
  for await (const entry of entries) yield entryLine(entry)
}
