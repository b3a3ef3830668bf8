import { createHash, timingSafeEqual } from 'node:crypto'
import { inspect } from 'node:util'
import { z } from 'zod'

const shown = '[secret]'

/** A value that does not print itself: logs, errors, JSON and templates show `[secret]`. */
export class Secret {
  readonly #value: string

  constructor(value: string) {
    this.#value = value
  }

  /** The value, for the one place that needs it. */
  reveal(): string {
    return this.#value
  }

  /** Whether this is the value; takes as long whichever part differs. */
  equals(text: string): boolean {
    const [own, other] = [this.#value, text].map((value) =>
      createHash('sha256').update(value).digest(),
    ) as [Buffer, Buffer]
    return timingSafeEqual(own, other)
  }

  toString(): string {
    return shown
  }

  toJSON(): string {
    return shown
  }

  [Symbol.toPrimitive](): string {
    return shown
  }

  [inspect.custom](): string {
    return shown
  }
}

/** Schema of an environment key that holds a secret. */
export const secret = z
  .string()
  .transform((value) => new Secret(value))
  .meta({ secret: true })
