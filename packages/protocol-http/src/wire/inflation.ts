import { ProtocolError } from '@wardgate/errors'
import { MAX_INFLATION, MIN_INFLATED_BYTES } from './limits'

/** Watches how much larger a body gets as it is decoded. */
export class Inflation {
  #compressed = 0
  #decoded = 0

  went(bytes: number): void {
    this.#compressed += bytes
  }

  /** Throws when it is more than a body that means something would have. */
  came(bytes: number): void {
    this.#decoded += bytes
    if (this.#decoded <= Math.max(MIN_INFLATED_BYTES, this.#compressed * MAX_INFLATION)) return
    const message = `the decompressed body is more than ${MAX_INFLATION} times as large as it came`
    const nextStep =
      'Have it sent uncompressed ("Accept-Encoding: identity"), or less of it at once.'
    throw new ProtocolError('ERR_PROTOCOL_OVERSIZE', message, { nextStep })
  }
}
