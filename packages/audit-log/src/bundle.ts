import { createHash } from 'node:crypto'
import { leafHash } from './hash'
import type { HashReader } from './hash-reader'
import { consistencyProof, inclusionProof } from './proofs'
import { coveringSubtrees } from './subtrees'

/** An entry as it is stored. */
export interface StoredEntry {
  readonly index: number
  readonly leaf: string
}

export interface SignedCheckpoint {
  readonly size: number
  readonly note: string
}

/** What one agent's spool contributed to the entries of a bundle, both ends included. */
export interface SpoolRange {
  readonly agentId: string
  readonly spoolId: string
  readonly first: number
  readonly last: number
}

/** A recording that an entry of kind `recording.ended` in the bundle vouches for. */
export interface RecordingReference {
  readonly sessionId: string
  readonly chunks: number
  readonly digest: string
}

export interface BundleInput {
  readonly origin: string
  readonly verifierKey: string
  /** Ascending; entries are proven against the last. */
  readonly checkpoints: readonly SignedCheckpoint[]
  /** `first` and `end` of a run of the log, or undefined: then `entries` are selected ones, each with its proof. */
  readonly range: { readonly first: number; readonly end: number } | undefined
  /** In the order of the log. */
  readonly entries: AsyncIterable<StoredEntry> | Iterable<StoredEntry>
  readonly spools?: readonly SpoolRange[]
  readonly recordings?: AsyncIterable<RecordingReference> | Iterable<RecordingReference>
  readonly reader: HashReader
}

/** An evidence bundle, a line at a time, each with its line end; nothing but the last line needs the whole. */
export function writeBundle(input: BundleInput): AsyncGenerator<string, void, undefined> {
  return sealedLines(contentOf(input))
}

/** With the last line, which says whether the others were altered since. */
export async function* sealedLines(
  contents: AsyncIterable<object>,
): AsyncGenerator<string, void, undefined> {
  const digest = createHash('sha256')
  let lines = 0
  for await (const content of contents) {
    const line = `${JSON.stringify(content)}\n`
    digest.update(line)
    lines++
    yield line
  }
  yield `${JSON.stringify({ type: 'end', lines: lines + 1, digest: digest.digest('hex') })}\n`
}

async function* contentOf(input: BundleInput): AsyncGenerator<object> {
  const { origin, verifierKey, checkpoints, range, entries, reader } = input
  const size = checkpoints.at(-1)?.size ?? 0
  yield { type: 'bundle', version: 1, origin, size, verifierKey }
  for (const { note } of checkpoints) yield { type: 'checkpoint', note }
  for (const [i, { size: to }] of checkpoints.entries()) {
    const from = checkpoints[i - 1]?.size ?? 0
    if (from === 0 || from === to) continue
    const hashes = await consistencyProof(from, to, reader)
    yield { type: 'consistency', from, to, hashes: hashes.map(base64) }
  }
  if (range !== undefined) {
    const { first, end } = range
    const left = await subtreeHashes(0, first, reader)
    const right = await subtreeHashes(end, size, reader)
    yield { type: 'range', first, end, left, right }
  }
  for await (const entry of entries) {
    const line = entryLine(entry)
    if (range !== undefined) yield line
    else yield { ...line, proof: (await inclusionProof(entry.index, size, reader)).map(base64) }
  }
  yield* closingLines(input)
}

export function entryLine({ index, leaf }: StoredEntry) {
  return { type: 'entry', index, leaf, hash: base64(leafHash(leaf)) }
}

/** What is said of the entries after them. */
export async function* closingLines({
  spools = [],
  recordings = [],
}: Pick<BundleInput, 'spools' | 'recordings'>): AsyncGenerator<object> {
  for (const { agentId, spoolId, first, last } of spools)
    yield { type: 'spool', agentId, spoolId, first, last }
  for await (const { sessionId, chunks, digest } of recordings)
    yield { type: 'recording', sessionId, chunks, digest }
}

export async function subtreeHashes(
  first: number,
  end: number,
  reader: HashReader,
): Promise<string[]> {
  const hashes: string[] = []
  for (const subtree of coveringSubtrees(first, end))
    hashes.push(base64(await reader.read(subtree)))
  return hashes
}

function base64(hash: Uint8Array): string {
  return Buffer.from(hash).toString('base64')
}
