import { CliError } from '../cli-error'

/** magic 'WGRC' … header of 74 bytes; lengths at 38 (payload); then two names, payload, 32 bytes of digest. */
const fixedBytes = 74
const digestBytes = 32
const payloadLengthAt = 38
const maxChunkBytes = 65_536

/** Cuts concatenated chunks apart. What is in them, packages/recording checks. */
export async function* splitChunks(
  stream: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  let rest = Buffer.alloc(0)
  for await (const part of stream) {
    rest = Buffer.concat([rest, part])
    for (let length = chunkLength(rest); length !== undefined; length = chunkLength(rest)) {
      if (length > maxChunkBytes) throw new CliError('no', 'these bytes are no recording')
      if (rest.length < length) break
      yield rest.subarray(0, length)
      rest = rest.subarray(length)
    }
  }
  if (rest.length > 0) throw new CliError('no', 'the recording is cut short')
}

function chunkLength(bytes: Buffer): number | undefined {
  const first = bytes[fixedBytes]
  if (first === undefined) return undefined
  const second = bytes[fixedBytes + 1 + first]
  if (second === undefined) return undefined
  return fixedBytes + 2 + first + second + bytes.readUInt32BE(payloadLengthAt) + digestBytes
}
