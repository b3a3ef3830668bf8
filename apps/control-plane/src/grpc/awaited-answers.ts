/** Questions to the agent of one session, one of a kind for an operation. */
export class AwaitedAnswers<A> {
  private readonly waiting = new Map<string, (answer: A | undefined) => void>()

  /** Resolves with undefined when no answer comes in time: nobody knows, and everybody goes on. */
  ask(operationId: string, limitMillis: number, send: () => void): Promise<A | undefined> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.answer(operationId, undefined), limitMillis).unref()
      this.waiting.set(operationId, (answer) => {
        clearTimeout(timer)
        resolve(answer)
      })
      send()
    })
  }

  /** An answer that comes too late is nobody's any more. */
  answer(operationId: string, answer: A | undefined): void {
    const resolve = this.waiting.get(operationId)
    this.waiting.delete(operationId)
    resolve?.(answer)
  }

  end(): void {
    for (const operationId of [...this.waiting.keys()]) this.answer(operationId, undefined)
  }
}
