const none: Buffer = Buffer.alloc(0)

/** Frames of HTTP/2 as a peer may send them: https://datatracker.ietf.org/doc/html/rfc9113#section-6 */
export function frame(type: number, flags: number, stream: number, payload = none): Buffer {
  const head = Buffer.alloc(9)
  head.writeUIntBE(payload.length, 0, 3)
  head.writeUInt8(type, 3)
  head.writeUInt8(flags, 4)
  head.writeUInt32BE(stream, 5)
  return Buffer.concat([head, payload])
}

export const preface = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')

const END_STREAM = 1
const END_HEADERS = 4
/** Static table, then `:authority: x` without indexing: https://datatracker.ietf.org/doc/html/rfc7541#appendix-A */
const get = Buffer.from([0x82, 0x86, 0x84, 0x41, 0x01, 0x78])
const post = Buffer.from([0x83, 0x86, 0x84, 0x41, 0x01, 0x78])
const trailer = Buffer.from([0x40, 1, 0x78, 1, 0x79])

export const settings = (): Buffer => frame(4, 0, 0)
export const goAway = (code = 0): Buffer => frame(7, 0, 0, uint32s(0, code))
export const request = (stream: number): Buffer => frame(1, END_STREAM | END_HEADERS, stream, get)
export const openRequest = (stream: number): Buffer => frame(1, END_HEADERS, stream, post)
export const data = (stream: number, bytes: number, isLast: boolean): Buffer =>
  frame(0, isLast ? END_STREAM : 0, stream, Buffer.alloc(bytes))
export const reset = (stream: number, code: number): Buffer => frame(3, 0, stream, uint32s(code))
export const trailers = (stream: number): Buffer =>
  frame(1, END_STREAM | END_HEADERS, stream, trailer)
export const windowUpdate = (stream: number, by: number): Buffer => frame(8, 0, stream, uint32s(by))
export const ping = (): Buffer => frame(6, 0, 0, Buffer.alloc(8))
export const priority = (stream: number): Buffer => frame(2, 0, stream, Buffer.alloc(5))

export function uint32s(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(4 * values.length)
  values.forEach((value, index) => bytes.writeUInt32BE(value, 4 * index))
  return bytes
}

export const ack = (): Buffer => frame(4, 1, 0)
export const setting = (id: number, value: number): Buffer => {
  const payload = Buffer.alloc(6)
  payload.writeUInt16BE(id)
  payload.writeUInt32BE(value, 2)
  return frame(4, 0, 0, payload)
}

/** A field that no table has, or `:status` and others that begin with a colon: literals all. */
export function field(name: string, value: string): Buffer {
  const [n, v] = [Buffer.from(name, 'latin1'), Buffer.from(value, 'latin1')]
  return Buffer.concat([Buffer.of(0, n.length), n, Buffer.of(v.length), v])
}

/** Fields as one frame; `isLast`: nothing follows on the stream. */
export function headers(
  stream: number,
  fields: Readonly<Record<string, string>>,
  isLast = false,
): Buffer {
  const block = Buffer.concat(Object.entries(fields).map(([name, value]) => field(name, value)))
  return frame(1, END_HEADERS | (isLast ? END_STREAM : 0), stream, block)
}

export const text = (stream: number, body: string, isLast = true): Buffer =>
  frame(0, isLast ? END_STREAM : 0, stream, Buffer.from(body))
