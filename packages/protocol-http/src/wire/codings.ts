import { ProtocolError } from '@wardgate/errors'
import type { Transform } from 'node:stream'
import * as zlib from 'node:zlib'
import { MAX_INFLATION } from './limits'

type Decoder = () => Transform

/** Content codings that this node can undo; zstd only where node has it. */
const decoders: Readonly<Record<string, Decoder>> = {
  gzip: () => zlib.createGunzip(),
  'x-gzip': () => zlib.createGunzip(),
  deflate: () => zlib.createInflate(),
  br: () => zlib.createBrotliDecompress(),
  ...('createZstdDecompress' in zlib ? { zstd: zlib.createZstdDecompress as Decoder } : {}),
}

/** Undefined = one of them cannot be undone. Empty = nothing to undo. */
export function decodersOf(contentEncoding: string | undefined): readonly Decoder[] | undefined {
  const names = (contentEncoding ?? '')
    .split(',')
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== '' && name !== 'identity')
  const found = names.map((name) => decoders[name])
  // Two codings on one body are nobody's need and a bomb's.
  if (found.length > 1 || found.includes(undefined)) return undefined
  return found.filter((decoder) => decoder !== undefined)
}

/** What the client accepts and we can undo as well: everything else could only be passed unread. */
export function narrowAcceptEncoding(value: string): string {
  const kept = value
    .split(',')
    .map((item) => item.trim())
    .filter((item) => {
      const name = item.split(';')[0]?.trim().toLowerCase() ?? ''
      return name === 'identity' || name in decoders
    })
  return kept.length === 0 ? 'identity' : kept.join(', ')
}

/** The body as it was before it was compressed. Throws when it is larger than `maxBytes`, or not what it claims. */
export async function decodeWhole(
  bytes: Uint8Array,
  decoder: Decoder,
  maxBytes: number,
): Promise<Buffer> {
  const stream = decoder()
  const limit = Math.min(maxBytes, Math.max(1, bytes.length) * MAX_INFLATION)
  const parts: Buffer[] = []
  let length = 0
  try {
    stream.end(bytes)
    for await (const part of stream as AsyncIterable<Buffer>) {
      length += part.length
      if (length > limit)
        throw new ProtocolError(
          'ERR_PROTOCOL_OVERSIZE',
          `the decompressed body exceeds ${limit} bytes`,
          { nextStep: 'Send it uncompressed, or in parts.' },
        )
      parts.push(part)
    }
  } catch (cause) {
    if (cause instanceof ProtocolError) throw cause
    throw new ProtocolError(
      'ERR_PROTOCOL_MALFORMED',
      'the body is not encoded as Content-Encoding says',
      { cause },
    )
  }
  return Buffer.concat(parts, length)
}
