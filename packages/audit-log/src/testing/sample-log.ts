import { createPrivateKey } from 'node:crypto'
import {
  encodeEntry,
  entryTime,
  Frontier,
  leafHash,
  readerOverLeafHashes,
  signCheckpoint,
  verifierKey,
  writeBundle,
  type AuditEntry,
  type BundleInput,
} from '..'

/** PKCS #8 around a 32-byte Ed25519 seed (RFC 8410 7). */
const pkcs8 = '302e020100300506032b657004220420'

export function noteKey(name: string, seed = 1) {
  const der = Buffer.concat([Buffer.from(pkcs8, 'hex'), Buffer.alloc(32, seed)])
  return { name, privateKey: createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }) }
}

export const origin = 'wardgate.test/audit'
export const key = noteKey(origin)
export const trustedKeys = [verifierKey(key)]

/** A log in memory whose entries come from one agent's spool, for tests. */
export class SampleLog {
  readonly leaves: string[] = []

  /** Entries with these sequence numbers, in this order; 0 = not from a spool. */
  constructor(sequences: readonly number[]) {
    for (const [i, sequence] of sequences.entries()) {
      this.leaves.push(encodeEntry(entryOf(i, sequence)))
    }
  }

  static of(count: number): SampleLog {
    return new SampleLog(Array.from({ length: count }, (_, i) => i + 1))
  }

  get reader() {
    return readerOverLeafHashes(async (first, end) =>
      this.leaves.slice(first, end).map((leaf) => leafHash(leaf)),
    )
  }

  root(size = this.leaves.length): Uint8Array {
    const frontier = Frontier.empty()
    for (const leaf of this.leaves.slice(0, size)) frontier.append(leafHash(leaf))
    return frontier.root()
  }

  checkpoint(size = this.leaves.length) {
    return { size, note: signCheckpoint({ origin, size, root: this.root(size) }, key) }
  }

  entries(first = 0, end = this.leaves.length) {
    return this.leaves.slice(first, end).map((leaf, i) => ({ index: first + i, leaf }))
  }

  async bundle(changes: Partial<BundleInput> = {}): Promise<string> {
    const size = this.leaves.length
    const lines = writeBundle({
      origin,
      verifierKey: verifierKey(key),
      checkpoints: [this.checkpoint()],
      range: { first: 0, end: size },
      entries: this.entries(),
      reader: this.reader,
      ...changes,
    })
    let text = ''
    for await (const line of lines) text += line
    return text
  }
}

export function entryOf(index: number, sequence: number): AuditEntry {
  const spool = { agentId: 'agent-1', spoolId: 'spool-1', sequence }
  return {
    version: 1,
    kind: 'operation.intent',
    time: entryTime(1_700_000_000_000_000n + BigInt(index)),
    body: { index, text: 'select 1' },
    ...(sequence === 0 ? {} : spool),
  }
}
