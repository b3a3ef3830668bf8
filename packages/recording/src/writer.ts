import { InternalError } from '@wardgate/errors'
import { deflateRawSync } from 'node:zlib'
import {
  digestBytes,
  encodeNames,
  eventType,
  maxChunkBytes,
  maxOverheadBytes,
  noDigest,
  payloadStart,
  sealChunk,
  type Recorded,
} from './format'

export interface RecordingWriterOptions {
  readonly sessionId: string
  readonly protocol: string
  /** Unix microseconds. */
  readonly startedAtMicros: number | bigint
  /** Monotonic microseconds; the recording counts from its value at creation. */
  readonly micros: () => number
  /** Takes a chunk, whose bytes are its own for the call only. What it throws is thrown to whoever recorded, then and ever after. */
  readonly onChunk: (index: number, data: Uint8Array, last: boolean) => void
  /** At most and by default 64 KiB. */
  readonly maxChunkBytes?: number
  /** Buffered bytes after which a chunk is handed over; by default when it is full. */
  readonly flushBytes?: number
  /** Deflates chunks that get smaller. Takes about five times the CPU, hence off by default. */
  readonly compress?: boolean
}

/** Turns what passes in a session into chunks. Holds one chunk's worth of memory, whatever is recorded. */
export interface RecordingWriter {
  /** Appends what the client sent or saw. The bytes are copied. */
  record(what: Recorded, bytes: Uint8Array): void
  /** Notes whose what is recorded from here on is, once; '' = of no operation. The first mark is where one begins. */
  mark(operationId: string): void
  /** Hands over what is buffered, if anything. */
  flush(): void
  /** Hands over the last chunk, empty or not. Nothing can be recorded afterwards. */
  end(): void
}

/** Type, time and length of an event at their longest: 1 + 7 + 3 bytes. */
const maxEventHeader = 11
const minPayloadBytes = 256
/** Of the mark that is being written; a longer one is cut. */
const markBytes = Buffer.alloc(minPayloadBytes / 2)
const zlibLevel = 1

export function createRecordingWriter(options: RecordingWriterOptions): RecordingWriter {
  return new ChunkWriter(options)
}

class ChunkWriter implements RecordingWriter {
  readonly #options: RecordingWriterOptions
  readonly #startMicros: number
  readonly #names: Buffer
  /** Of the payload in a chunk. */
  readonly #start: number
  readonly #capacity: number
  /** Absent while nothing is buffered: an idle session must not hold a chunk's worth of memory. */
  #buffer: Buffer | undefined
  readonly #flushBytes: number
  #used = 0
  #events = 0
  #index = 0
  #firstMicros = 0
  #lastMicros = 0
  #previousDigest = noDigest
  #marked = ''
  /** What was thrown when a chunk was handed over. */
  #failure: unknown
  #hasEnded = false

  constructor(options: RecordingWriterOptions) {
    const limit = Math.min(options.maxChunkBytes ?? maxChunkBytes, maxChunkBytes) - maxOverheadBytes
    if (!(limit >= minPayloadBytes)) {
      throw new InternalError(
        `a recording chunk needs at least ${minPayloadBytes + maxOverheadBytes} bytes`,
      )
    }
    this.#options = options
    this.#startMicros = options.micros()
    this.#names = encodeNames(options.sessionId, options.protocol)
    this.#start = payloadStart(this.#names)
    this.#capacity = limit
    this.#flushBytes = Math.min(options.flushBytes ?? limit, limit)
  }

  record(what: Recorded, bytes: Uint8Array): void {
    this.#append(eventType[what], bytes, eventType[goesOnAs(what)])
  }

  mark(operationId: string): void {
    if (operationId === this.#marked) return
    this.#marked = operationId
    this.#append(eventType.mark, markBytes.subarray(0, markBytes.write(operationId)))
  }

  flush(): void {
    this.#refuseWhenClosed()
    if (this.#events > 0) this.#emit(false)
    this.#buffer = undefined
  }

  end(): void {
    this.#refuseWhenClosed()
    this.#emit(true)
    this.#buffer = undefined
    this.#hasEnded = true
  }

  #append(type: number, bytes: Uint8Array, typeOfRest = type): void {
    this.#refuseWhenClosed()
    const elapsed = Math.trunc(this.#options.micros() - this.#startMicros)
    // A clock that goes back must not make the recording unreadable.
    const now = elapsed > this.#lastMicros ? elapsed : this.#lastMicros
    const whole = this.#capacity - maxEventHeader
    // An event is cut only when no chunk could hold it.
    if (bytes.length > whole - this.#used && this.#events > 0) this.#emit(false)
    let from = 0
    for (; bytes.length - from > whole; from += whole) {
      this.#write(from === 0 ? type : typeOfRest, now, bytes.subarray(from, from + whole))
      this.#emit(false)
    }
    if (from === 0) this.#write(type, now, bytes)
    else this.#write(typeOfRest, now, bytes.subarray(from))
    if (this.#used >= this.#flushBytes) this.#emit(false)
  }

  #write(type: number, now: number, bytes: Uint8Array): void {
    if (this.#events === 0) {
      this.#firstMicros = now
      this.#lastMicros = now
    }
    const buffer = (this.#buffer ??= this.#allocate(this.#capacity))
    buffer[this.#start + this.#used++] = type
    this.#writeVarint(buffer, now - this.#lastMicros)
    this.#writeVarint(buffer, bytes.length)
    buffer.set(bytes, this.#start + this.#used)
    this.#used += bytes.length
    this.#events++
    this.#lastMicros = now
  }

  /** Seven bits a byte, least significant first. */
  #writeVarint(buffer: Buffer, value: number): void {
    let rest = value
    while (rest >= 0x80) {
      buffer[this.#start + this.#used++] = (rest % 0x80) | 0x80
      rest = Math.floor(rest / 0x80)
    }
    buffer[this.#start + this.#used++] = rest
  }

  /** The payload is gathered where it lies in the chunk, so that it need not be copied once more. */
  #allocate(payloadBytes: number): Buffer {
    return Buffer.allocUnsafeSlow(this.#start + payloadBytes + digestBytes)
  }

  #emit(last: boolean): void {
    const buffer = this.#buffer ?? this.#allocate(0)
    const rawLength = this.#used
    const deflated = this.#options.compress === true ? this.#deflate(buffer) : undefined
    const index = this.#index
    const { data, digest } = sealChunk(buffer, this.#start + (deflated ?? rawLength), this.#names, {
      startedAtMicros: BigInt(this.#options.startedAtMicros),
      index,
      last,
      firstMicros: this.#events === 0 ? this.#lastMicros : this.#firstMicros,
      lastMicros: this.#lastMicros,
      events: this.#events,
      previousDigest: this.#previousDigest,
      deflated: deflated !== undefined,
      rawLength,
    })
    this.#previousDigest = digest
    this.#index = index + 1
    this.#used = 0
    this.#events = 0
    try {
      this.#options.onChunk(index, data, last)
    } catch (caught) {
      // The chunk may be lost, and a recording with a hole must not go on: fails closed.
      this.#failure = caught
      throw caught
    }
  }

  /** The length of the payload when it is smaller so; else it stays as it is. */
  #deflate(buffer: Buffer): number | undefined {
    const raw = buffer.subarray(this.#start, this.#start + this.#used)
    const deflated = deflateRawSync(raw, { level: zlibLevel })
    if (deflated.length >= raw.length) return undefined
    buffer.set(deflated, this.#start)
    return deflated.length
  }

  #refuseWhenClosed(): void {
    if (this.#failure !== undefined) throw this.#failure as Error
    if (this.#hasEnded) throw new InternalError('the recording has ended')
  }
}

/** What is cut begins once. */
function goesOnAs(what: Recorded): Recorded {
  if (what === 'in-head' || what === 'in-message') return 'in-more'
  return what === 'out-head' || what === 'out-message' ? 'out-more' : what
}
