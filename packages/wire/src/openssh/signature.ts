import { ByteReader } from '../byte-reader'
import { readString } from './strings'

/** A signature as SSH sends it: algorithm and value. */
export interface Signature {
  readonly algorithm: string
  /** Of ECDSA in DER form, as node has it; SSH has the two numbers one after the other (RFC 5656 section 3.1.2). */
  readonly signature: Buffer
}

/** Throws a ProtocolError for whatever is not exactly of this form. */
export function readSignature(blob: Uint8Array): Signature {
  const reader = new ByteReader(Buffer.from(blob))
  const algorithm = readString(reader).toString('latin1')
  const value = readString(reader)
  reader.expectEnd()
  return { algorithm, signature: algorithm.startsWith('ecdsa-') ? derOf(value) : value }
}

/** A SEQUENCE of two INTEGERs; an mpint has the bytes that DER wants. The largest curve needs 141 bytes. */
function derOf(value: Buffer): Buffer {
  const reader = new ByteReader(value)
  const numbers = [readString(reader), readString(reader)].map((number) =>
    Buffer.concat([Buffer.of(0x02, number.length), number]),
  )
  reader.expectEnd()
  const content = Buffer.concat(numbers)
  if (content.length > 255 || numbers.some(({ length }) => length > 2 + 127))
    throw new RangeError('an ECDSA signature longer than any')
  const length = content.length < 128 ? [content.length] : [0x81, content.length]
  return Buffer.concat([Buffer.of(0x30, ...length), content])
}
