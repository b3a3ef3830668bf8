/** One timer for all the waits of a connection: to begin it anew costs a fraction of another one. */
export class IdleClock {
  readonly #over: () => void
  #timer: NodeJS.Timeout | undefined
  #millis = 0
  #isWaiting = false
  #isOver = false

  /** `over` is called when a wait has lasted as long as it may. */
  constructor(over: () => void) {
    this.#over = over
  }

  /** Whether the last wait has lasted as long as it may. */
  get isOver(): boolean {
    return this.#isOver
  }

  start(millis: number): void {
    this.#isWaiting = true
    this.#isOver = false
    if (this.#timer !== undefined && this.#millis === millis) {
      this.#timer.refresh()
      return
    }
    clearTimeout(this.#timer)
    this.#millis = millis
    this.#timer = setTimeout(() => {
      this.#isOver = this.#isWaiting
      if (this.#isWaiting) this.#over()
    }, millis)
    // The socket keeps the process alive for as long as it is open.
    this.#timer.unref()
  }

  /** What was waited for has come. */
  stop(): void {
    this.#isWaiting = false
  }

  /** Nothing will be waited for again. */
  end(): void {
    this.#isWaiting = false
    clearTimeout(this.#timer)
    this.#timer = undefined
  }
}
