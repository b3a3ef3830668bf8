import { ProtocolError } from '@wardgate/errors'
import type { Transform } from 'node:stream'
import * as zlib from 'node:zlib'
import { MAX_INFLATION } from './limits'
import { remembered } from './remembered'
import { ZstdDecoder } from './zstd'

type Decoder = () => Transform

/** Windows up to 8 MiB: https://datatracker.ietf.org/doc/html/rfc9659#section-3 */
const zstdWindowLog = 23

/** By node, in a thread of its own, where node has it (22.15 and later). */
function zstdDecoder(): Transform {
  if (!('createZstdDecompress' in zlib)) return new ZstdDecoder()
  const { createZstdDecompress, constants } = zlib as unknown as {
    readonly createZstdDecompress: (options: object) => Transform
    readonly constants: { readonly ZSTD_d_windowLogMax: number }
  }
  return createZstdDecompress({ params: { [constants.ZSTD_d_windowLogMax]: zstdWindowLog } })
}

/** Content codings that can be undone. */
const decoders: Readonly<Record<string, Decoder>> = {
  gzip: () => zlib.createGunzip(),
  'x-gzip': () => zlib.createGunzip(),
  deflate: () => zlib.createInflate(),
  br: () => zlib.createBrotliDecompress(),
  zstd: zstdDecoder,
}

/** A content coding and how to make it. */
export interface Encoder {
  readonly name: string
  readonly create: () => Transform
}

/** Fast rather than small, and flushed with every write. */
const brotliQuality = 4
const { BROTLI_PARAM_QUALITY, BROTLI_OPERATION_FLUSH, Z_SYNC_FLUSH } = zlib.constants

const encoders: Readonly<Record<string, () => Transform>> = {
  gzip: () => zlib.createGzip({ flush: Z_SYNC_FLUSH }),
  'x-gzip': () => zlib.createGzip({ flush: Z_SYNC_FLUSH }),
  deflate: () => zlib.createDeflate({ flush: Z_SYNC_FLUSH }),
  br: () =>
    zlib.createBrotliCompress({
      flush: BROTLI_OPERATION_FLUSH,
      params: { [BROTLI_PARAM_QUALITY]: brotliQuality },
    }),
  ...('createZstdCompress' in zlib ? { zstd: zstdEncoder } : {}),
}

function zstdEncoder(): Transform {
  const { createZstdCompress, constants } = zlib as unknown as {
    readonly createZstdCompress: (options: object) => Transform
    readonly constants: { readonly ZSTD_e_flush: number }
  }
  return createZstdCompress({ flush: constants.ZSTD_e_flush })
}

/**
 * The coding of the target's answer, to be made anew where the client takes it; undefined = it goes as it is. What this
 * node cannot make is made as gzip.
 */
export function encoderFor(
  contentEncoding: string | undefined,
  acceptEncoding: string | undefined,
): Encoder | undefined {
  const coding = (contentEncoding ?? '').trim().toLowerCase()
  const isMakeable = coding !== 'zstd' || Object.hasOwn(encoders, coding)
  const name = isMakeable ? coding : 'gzip'
  const create = Object.hasOwn(encoders, name) ? encoders[name] : undefined
  return create !== undefined && accepts(acceptEncoding ?? '', name) ? { name, create } : undefined
}

/** https://datatracker.ietf.org/doc/html/rfc9110#section-12.5.3 */
function accepts(acceptEncoding: string, coding: string): boolean {
  const items = acceptEncoding.split(',').map((item) => item.trim().toLowerCase())
  const named = items.find((item) => item.split(';')[0]?.trim() === coding)
  const found = named ?? items.find((item) => item.startsWith('*'))
  return found !== undefined && !/;\s*q=0(?:\.0*)?$/.test(found)
}

const noDecoders: readonly Decoder[] = []

/** Undefined = one of them cannot be undone. Empty = nothing to undo. */
export function decodersOf(contentEncoding: string | undefined): readonly Decoder[] | undefined {
  if (contentEncoding === undefined) return noDecoders
  const names = contentEncoding
    .split(',')
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== '' && name !== 'identity')
  const found = names.map((name) => (Object.hasOwn(decoders, name) ? decoders[name] : undefined))
  // Two codings on one body are nobody's need and a bomb's.
  if (found.length > 1 || found.includes(undefined)) return undefined
  return found.filter((decoder) => decoder !== undefined)
}

/** What the client accepts and we can undo as well: everything else could only be passed unread. */
export const narrowAcceptEncoding = remembered((value: string): string => {
  const kept = value
    .split(',')
    .map((item) => item.trim())
    .filter((item) => {
      const name = item.split(';')[0]?.trim().toLowerCase() ?? ''
      return name === 'identity' || Object.hasOwn(decoders, name)
    })
  return kept.length === 0 ? 'identity' : kept.join(', ')
})

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
