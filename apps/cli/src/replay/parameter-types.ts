/** More statements or descriptions than this at a time are not followed: their binary parameters are shown as hex. */
const mostFollowed = 1_000

/**
 * The types of a session's parameters, by statement: as the client declares them with Parse, else as the target
 * describes them. Never guessed: where answers cannot be told apart any more, a type is unknown.
 */
export class ParameterTypes {
  readonly #declared = new Map<string, readonly number[]>()
  #described: string[] = []
  #isInStep = true

  declare(statement: string, types: readonly number[]): void {
    if (this.#declared.size < mostFollowed || this.#declared.has(statement))
      this.#declared.set(statement, types)
  }

  /** The client asks the target to describe a statement; the answers come in the order of the questions. */
  ask(statement: string): void {
    if (this.#described.length < mostFollowed) this.#described.push(statement)
    else this.#isInStep = false
  }

  answer(types: readonly number[]): void {
    const statement = this.#described.shift()
    if (statement !== undefined && this.#isInStep) this.declare(statement, types)
  }

  /** After an error the target skips what was asked, and how much of it is not in the recording. */
  fail(): void {
    if (this.#described.length > 0) this.#isInStep = false
  }

  of(statement: string): readonly number[] {
    return this.#declared.get(statement) ?? []
  }
}
