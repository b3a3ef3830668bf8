import { ProtocolError } from '@wardgate/errors'
import type { Readable } from 'node:stream'
import { readExactly } from './read-exactly'

export interface Frame {
  readonly code: number
  readonly body: Buffer
}

/** One tagged message. The length is checked before its body is waited for. */
export async function readFrame(
  stream: Readable,
  maxBytes: number,
  signal: AbortSignal,
): Promise<Frame> {
  const header = await readExactly(stream, 5, signal)
  const length = header.readInt32BE(1) - 4
  if (length < 0) throw new ProtocolError('ERR_PROTOCOL_MALFORMED', 'a length below its minimum')
  if (length > maxBytes) throw oversize(length, maxBytes)
  return { code: header.readUInt8(0), body: await readExactly(stream, length, signal) }
}

/** One untagged message, as at the start of a connection. */
export async function readUntaggedFrame(
  stream: Readable,
  maxBytes: number,
  signal: AbortSignal,
): Promise<Buffer> {
  const length = (await readExactly(stream, 4, signal)).readInt32BE(0) - 4
  if (length < 4) throw new ProtocolError('ERR_PROTOCOL_MALFORMED', 'a length below its minimum')
  if (length > maxBytes) throw oversize(length, maxBytes)
  return readExactly(stream, length, signal)
}

function oversize(length: number, limit: number): ProtocolError {
  return new ProtocolError(
    'ERR_PROTOCOL_OVERSIZE',
    `a message of ${length} bytes; the limit is ${limit}`,
  )
}
