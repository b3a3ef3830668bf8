import { ProtocolError } from '@wardgate/errors'
import { Transform, type TransformCallback } from 'node:stream'
import { ZSTDDecoder } from 'zstddec/stream'
import { Inflation } from './inflation'

/** What the compiled reference decoder offers: https://facebook.github.io/zstd/zstd_manual.html#Chapter9 */
interface Zstd {
  readonly memory: { readonly buffer: ArrayBuffer }
  malloc(bytes: number): number
  ZSTD_createDCtx(): number
  /** Negative = what comes is not zstd; 0 = a frame has ended. */
  ZSTD_decompressStream(context: number, output: number, input: number): number
}

declare const WebAssembly: {
  readonly Instance: new (module: object, imports: object) => { readonly exports: object }
}

/** Besides the window, for which https://datatracker.ietf.org/doc/html/rfc9659#section-3 has 8 MiB at most. */
const MAX_MEMORY_BYTES = 16 * 1024 * 1024
const INPUT_BYTES = 64 * 1024
const OUTPUT_BYTES = 128 * 1024
/** `ZSTD_inBuffer` and `ZSTD_outBuffer`: where, how large, how far; of 32 bits each. */
const BUFFER_FIELDS_BYTES = 12

let compiled: Promise<object> | undefined

/** Once for the process: a stream makes its own instance of it, so that none has another's memory. */
function compile(): Promise<object> {
  return (compiled ??= new Promise((resolve, reject) => {
    class Compiler extends ZSTDDecoder {
      override _init(result: { readonly module: object }): void {
        resolve(result.module)
      }
    }
    new Compiler().init().catch(reject)
  }))
}

/** Undoes zstd without node's help, which has it since 22.15. Bounds what comes out, and the memory that is taken. */
export class ZstdDecoder extends Transform {
  readonly #inflation = new Inflation()
  #zstd: Zstd | undefined
  #context = 0
  #input = 0
  #output = 0
  #isWithinFrame = false

  override _construct(callback: (error?: Error) => void): void {
    compile().then((module) => {
      this.#begin(module)
      callback()
    }, callback)
  }

  #begin(module: object): void {
    const env = { emscripten_notify_memory_growth: () => this.#refuseMemory() }
    const zstd = new WebAssembly.Instance(module, { env }).exports as Zstd
    this.#zstd = zstd
    this.#context = zstd.ZSTD_createDCtx()
    this.#input = zstd.malloc(BUFFER_FIELDS_BYTES + INPUT_BYTES)
    this.#output = zstd.malloc(BUFFER_FIELDS_BYTES + OUTPUT_BYTES)
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, callback: TransformCallback): void {
    try {
      this.#inflation.went(chunk.length)
      for (let at = 0; at < chunk.length; at += INPUT_BYTES)
        this.#decode(chunk.subarray(at, at + INPUT_BYTES))
      callback()
    } catch (caught) {
      callback(caught as Error)
    }
  }

  override _flush(callback: TransformCallback): void {
    callback(this.#isWithinFrame ? new Error('the last frame has no end') : null)
  }

  #decode(input: Uint8Array): void {
    const zstd = this.#zstd
    if (zstd === undefined) throw new TypeError('the stream was not constructed')
    const data = this.#input + BUFFER_FIELDS_BYTES
    new Uint8Array(zstd.memory.buffer).set(input, data)
    this.#setFields(zstd, this.#input, [data, input.length, 0])
    for (;;) {
      const shown = this.#output + BUFFER_FIELDS_BYTES
      this.#setFields(zstd, this.#output, [shown, OUTPUT_BYTES, 0])
      const left = zstd.ZSTD_decompressStream(this.#context, this.#output, this.#input)
      if (left < 0) throw new Error('the body is not zstd')
      this.#isWithinFrame = left > 0
      const length = this.#positionOf(zstd, this.#output)
      this.#inflation.came(length)
      if (length > 0) this.push(Buffer.from(zstd.memory.buffer.slice(shown, shown + length)))
      // Behind the end of a frame nothing is left to come out, and to ask would begin another.
      const isEmptied = left === 0 || length < OUTPUT_BYTES
      if (isEmptied && this.#positionOf(zstd, this.#input) === input.length) return
    }
  }

  #setFields({ memory }: Zstd, at: number, fields: readonly number[]): void {
    const view = new DataView(memory.buffer, at)
    for (const [index, field] of fields.entries()) view.setUint32(index * 4, field, true)
  }

  #positionOf({ memory }: Zstd, at: number): number {
    return new DataView(memory.buffer, at).getUint32(8, true)
  }

  #refuseMemory(): void {
    const bytes = this.#zstd?.memory.buffer.byteLength ?? 0
    if (bytes <= MAX_MEMORY_BYTES) return
    const message = 'the zstd window of the body is larger than 8 MiB'
    const nextStep = 'Have it sent in gzip, or uncompressed.'
    throw new ProtocolError('ERR_PROTOCOL_OVERSIZE', message, { nextStep })
  }
}
