import { ProtocolError } from '@wardgate/errors'
import type { Duplex } from 'node:stream'
import { until } from '../serve/until'

/** Lines of a stream, of bounded length. Reads on while nobody asks, so that the end of the stream is noticed. */
export class LineReader {
  #rest = ''
  #lines: string[] = []
  #isEnded = false
  #error: ProtocolError | undefined
  #wake: () => void = () => undefined

  constructor(stream: Duplex, maxLineBytes: number) {
    stream.on('data', (chunk: Buffer) => {
      const parts = (this.#rest + chunk.toString()).split('\n')
      this.#rest = parts.pop() ?? ''
      this.#lines.push(...parts)
      const longest = Math.max(this.#rest.length, ...parts.map(({ length }) => length))
      if (longest > maxLineBytes)
        this.#error = new ProtocolError('ERR_PROTOCOL_OVERSIZE', `a line exceeds ${maxLineBytes}`)
      this.#wake()
    })
    const ended = () => {
      this.#isEnded = true
      this.#wake()
    }
    stream.once('end', ended)
    stream.once('close', ended)
  }

  /** Undefined = the stream has ended. */
  async next(signal: AbortSignal): Promise<string | undefined> {
    for (;;) {
      signal.throwIfAborted()
      if (this.#error) throw this.#error
      const line = this.#lines.shift()
      if (line !== undefined || this.#isEnded) return line
      await until(new Promise<void>((resolve) => (this.#wake = resolve)), signal)
    }
  }
}
