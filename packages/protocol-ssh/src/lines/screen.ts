import { Transform, type TransformCallback } from 'node:stream'

const [lineFeed, carriageReturn] = [0x0a, 0x0d]

/** Text for a terminal in raw mode: programs without a terminal end their lines with a line feed alone. */
export class Screen extends Transform {
  #last = 0

  override _transform(chunk: Buffer, _encoding: string, done: TransformCallback): void {
    const bytes: number[] = []
    for (const byte of chunk) {
      if (byte === lineFeed && this.#last !== carriageReturn) bytes.push(carriageReturn)
      bytes.push(byte)
      this.#last = byte
    }
    done(null, Buffer.from(bytes))
  }
}
