// Sends bytes to the gateway and takes what comes back, whatever it is.
import { connect } from 'node:net'

/** A gateway that neither answers nor hangs up within this time has not answered. */
const limitMillis = 5_000

/** All bytes until the gateway ends the connection, or `isEnough` has seen what it needs. */
export function converse({ host, port }, bytes, isEnough = () => false) {
  return new Promise((resolve) => {
    const socket = connect(port, host)
    const parts = []
    const done = (isOver) => {
      clearTimeout(timer)
      socket.destroy()
      resolve({ bytes: Buffer.concat(parts), isOver })
    }
    const timer = setTimeout(() => done(false), limitMillis)
    socket.on('error', () => undefined)
    socket.once('close', () => done(true))
    socket.on('data', (part) => {
      parts.push(part)
      if (isEnough(Buffer.concat(parts))) done(true)
    })
    socket.write(bytes)
  })
}

const preface = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')
const frameTypes = { headers: 1, reset: 3, settings: 4, goAway: 7 }
const endsStreamAndHeaders = 0x5

/** One request over HTTP/2 whose fields are sent as they are: https://datatracker.ietf.org/doc/html/rfc7541#section-6.2.2 */
export async function converseFrames(address, fields) {
  const block = Buffer.concat(
    fields.map(([name, value]) => Buffer.concat([Buffer.of(0), text(name), text(value)])),
  )
  const opening = [
    preface,
    frame(frameTypes.settings, 0, 0, Buffer.alloc(0)),
    frame(frameTypes.headers, endsStreamAndHeaders, 1, block),
  ]
  const isAnswered = (bytes) => statusOf(framesIn(bytes)) !== undefined
  const { bytes, isOver } = await converse(address, Buffer.concat(opening), isAnswered)
  return { bytes, isOver, status: statusOf(framesIn(bytes)) }
}

/** Lengths below 127 and values without Huffman's code, and longer lengths in up to two more bytes. */
function text(value) {
  const bytes = Buffer.from(value, 'latin1')
  if (bytes.length < 127) return Buffer.concat([Buffer.of(bytes.length), bytes])
  const rest = bytes.length - 127
  return Buffer.concat([Buffer.of(127, (rest & 127) | 128, rest >> 7), bytes])
}

function frame(type, flags, stream, payload) {
  const header = Buffer.alloc(9)
  header.writeUIntBE(payload.length, 0, 3)
  header[3] = type
  header[4] = flags
  header.writeUInt32BE(stream, 5)
  return Buffer.concat([header, payload])
}

function framesIn(bytes) {
  const frames = []
  for (let at = 0; at + 9 <= bytes.length;) {
    const end = at + 9 + bytes.readUIntBE(at, 3)
    if (end > bytes.length) break
    frames.push({ type: bytes[at + 3], payload: bytes.subarray(at + 9, end) })
    at = end
  }
  return frames
}

/** 200 is the first entry of the static table that a status has; every other is no success here. Undefined = none yet. */
function statusOf(frames) {
  const answer = frames.find(({ type }) => type === frameTypes.headers)
  if (answer !== undefined) return answer.payload[0] === 0x88 ? 200 : 400
  const isRefused = frames.some(
    ({ type }) => type === frameTypes.reset || type === frameTypes.goAway,
  )
  return isRefused ? 400 : undefined
}
