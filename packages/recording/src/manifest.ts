import { corrupt, type ChunkHeader } from './format'
import { readChunks, type ReadOptions } from './reader'

/** What the audit log keeps of a recording. */
export interface RecordingManifest {
  readonly sessionId: string
  readonly protocol: string
  readonly startedAtMicros: bigint
  readonly durationMicros: number
  readonly chunks: number
  readonly events: number
  /** Of all chunks together. */
  readonly bytes: number
  /** Whether the last chunk is there. */
  readonly complete: boolean
  /** SHA-256 of the last chunk in hex; through the chain it commits to every chunk. */
  readonly digest: string
}

/** Checks the chain and sums it up. Throws as `readRecording` does. */
export function manifest(
  rawChunks: Iterable<Uint8Array>,
  options: Pick<ReadOptions, 'open'> = {},
): RecordingManifest {
  let [chunks, events, bytes] = [0, 0, 0]
  let last: (ChunkHeader & { readonly digest: Uint8Array }) | undefined
  const counted = function* () {
    for (const rawChunk of rawChunks) {
      bytes += rawChunk.length
      yield rawChunk
    }
  }
  for (const chunk of readChunks(counted(), options)) {
    chunks++
    events += chunk.events
    last = chunk
  }
  if (last === undefined) throw corrupt('it has no chunks')
  return {
    sessionId: last.sessionId,
    protocol: last.protocol,
    startedAtMicros: last.startedAtMicros,
    durationMicros: last.lastMicros,
    chunks,
    events,
    bytes,
    complete: last.last,
    digest: Buffer.from(last.digest).toString('hex'),
  }
}
