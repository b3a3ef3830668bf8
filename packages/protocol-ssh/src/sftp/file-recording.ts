import { isUtf8 } from 'node:buffer'
import type { Gate, Permit } from '@wardgate/gateway'

/** Of one open file; what comes after it is in the digest alone, or a recording would hold every backup. */
const mostRecordedBytes = 256 * 1024
/** Control characters but tab and line ends: what has them is for no screen. */
// eslint-disable-next-line no-control-regex
const unprintable = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/

/** What of a file's content went through, for the recording of its session: text as it is, everything as a digest. */
export class FileRecording {
  readonly #gate: Gate
  readonly #permit: Permit
  readonly #path: string
  #recorded = 0
  #isCut = false

  constructor(gate: Gate, permit: Permit, path: string) {
    this.#gate = gate
    this.#permit = permit
    this.#path = path
  }

  /** `out` = read by the client, `in` = written. */
  passed(direction: 'in' | 'out', bytes: Buffer): void {
    if (this.#isCut) return
    const room = mostRecordedBytes - this.#recorded
    const isText = isUtf8(withoutCutEnds(bytes)) && !unprintable.test(bytes.toString('latin1'))
    if (isText) {
      this.#gate.record(direction, bytes.subarray(0, room), this.#permit)
      this.#recorded += Math.min(bytes.length, room)
    }
    if (isText && bytes.length <= room) return
    this.#isCut = true
    this.#note(isText ? 'more than is recorded' : 'content that is no text is not recorded')
  }

  closed(bytes: number, digest: string | undefined): void {
    const seal = digest === undefined ? 'not in order, so without a digest' : `sha256:${digest}`
    if (bytes > 0) this.#note(`${bytes} bytes, ${seal}`)
  }

  #note(text: string): void {
    this.#gate.record('out', Buffer.from(`\r\n[${this.#path}: ${text}]\r\n`), this.#permit)
  }
}

/** A block may end, and so the next one begin, within a character. */
function withoutCutEnds(bytes: Buffer): Buffer {
  let [start, end] = [0, bytes.length]
  while (start < Math.min(3, end) && isContinuation(bytes[start])) start += 1
  for (let back = 1; back <= Math.min(3, end - start); back += 1) {
    const byte = bytes[end - back] ?? 0
    if (isContinuation(byte)) continue
    if (byte >= 0xc0) end -= back
    break
  }
  return bytes.subarray(start, end)
}

function isContinuation(byte = 0): boolean {
  return (byte & 0xc0) === 0x80
}
