import type { ConformanceTarget } from '@wardgate/gateway/testing'
import type { Duplex } from 'node:stream'

export type FakeAnswer = { readonly body: string; readonly mediaType: string } | undefined

/** An HTTP/1.1 target in memory for requests without bodies. */
export class FakeTarget implements ConformanceTarget {
  readonly #answers: (path: string) => FakeAnswer
  readonly #streams: Duplex[] = []
  readonly #received: Buffer[] = []
  #isStalled = false

  constructor(answers: (path: string) => FakeAnswer) {
    this.#answers = answers
  }

  accept(stream: Duplex): void {
    this.#streams.push(stream)
    stream.on('error', () => undefined)
    let rest = ''
    stream.on('data', (chunk: Buffer) => {
      this.#received.push(chunk)
      rest += chunk.toString('latin1')
      const heads = rest.split('\r\n\r\n')
      rest = heads.pop() ?? ''
      for (const head of this.#isStalled ? [] : heads) stream.write(this.#answer(head))
    })
  }

  readonly received = () => Buffer.concat(this.#received)

  stall(): void {
    this.#isStalled = true
  }

  lose(): void {
    for (const stream of this.#streams) stream.destroy()
  }

  #answer(head: string): string {
    const answer = this.#answers(head.split(' ')[1] ?? '')
    if (answer === undefined) return 'HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n'
    const { body, mediaType } = answer
    const length = Buffer.byteLength(body)
    return `HTTP/1.1 200 OK\r\ncontent-type: ${mediaType}\r\ncontent-length: ${length}\r\n\r\n${body}`
  }
}
