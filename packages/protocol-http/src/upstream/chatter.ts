import { TargetError } from '@wardgate/errors'
import type { Duplex } from 'node:stream'
import { MAX_CHATTER_BYTES } from '../wire/limits'
import type { Field } from '../wire/fields'

/** A stream to a target, as far as what passes is counted. */
export type Counted = Pick<Duplex, 'destroy' | 'once'> & {
  readonly bytesRead: number
  readonly bytesWritten: number
}

const LOOK_MILLIS = 1_000
/** An event of one byte is a frame and a record of TLS of some 40. */
const BYTES_AROUND_ONE = 64
/** A target that widens its window for each KiB that it was sent answers with less than an eighth of it. */
const SENT_FOR_ONE = 8
/** Of an answer that nobody takes yet: a connection has come with as much as its window lets it. */
const WINDOW_BYTES = 512 * 1024

/**
 * What the targets of one pool send over HTTP/2 beyond answers: PING, SETTINGS, WINDOW_UPDATE, empty DATA and the like
 * cost the agent time and nobody sees them. Limited over a minute: https://datatracker.ietf.org/doc/html/rfc9113#section-10.5
 */
export class Chatter {
  readonly #connections = new Map<Counted, { read: number; written: number }>()
  #timer: NodeJS.Timeout | undefined
  #answered = 0
  #bytes = 0

  watch(connection: Counted): void {
    const { bytesRead: read, bytesWritten: written } = connection
    this.#connections.set(connection, { read, written })
    this.#timer ??= setInterval(() => this.#look(), LOOK_MILLIS).unref()
    connection.once('close', () => {
      this.#connections.delete(connection)
      if (this.#connections.size > 0) return
      clearInterval(this.#timer)
      this.#timer = undefined
    })
  }

  /** So much of what came is for somebody. */
  answered(bytes: number): void {
    this.#answered += bytes
  }

  answeredFields(fields: readonly Field[]): void {
    for (const { name, value } of fields) this.#answered += name.length + value.length
  }

  #look(): void {
    let [loudest, most]: [Counted | undefined, number] = [undefined, 0]
    const leaked = (MAX_CHATTER_BYTES * LOOK_MILLIS) / 60_000
    let bytes = this.#bytes - leaked - this.#answered * BYTES_AROUND_ONE
    for (const [connection, before] of this.#connections) {
      const { bytesRead: read, bytesWritten: written } = connection
      const surplus = read - before.read - (written - before.written) / SENT_FOR_ONE
      if (surplus > most) [loudest, most] = [connection, surplus]
      bytes += surplus
      this.#connections.set(connection, { read, written })
    }
    this.#answered = 0
    this.#bytes = Math.max(0, bytes)
    const limit = MAX_CHATTER_BYTES + this.#connections.size * WINDOW_BYTES
    if (this.#bytes <= limit || loudest === undefined) return
    this.#bytes = 0
    const message = `the target sent more than ${MAX_CHATTER_BYTES} bytes in a minute that are of no answer`
    loudest.destroy(new TargetError('ERR_TARGET_LOST', message))
  }
}
