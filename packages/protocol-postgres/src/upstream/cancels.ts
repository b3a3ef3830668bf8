/**
 * The cancels of one session. A cancel names a session, not a statement, and comes by a connection of its own: until the
 * target has it, nothing new may go there, or it would be what is stopped.
 */
export class Cancels {
  /** Resolves when the target has heard of all of them; undefined = none is under way. */
  pending: Promise<void> | undefined
  private readonly send: () => Promise<void>

  /** `send` resolves when the target has been told; never rejects. */
  constructor(send: () => Promise<void>) {
    this.send = send
  }

  /** Asks the target to stop what it runs for this session. */
  ask(): void {
    const told = Promise.all([this.pending, this.send()]).then(() => {
      if (this.pending === told) this.pending = undefined
    })
    this.pending = told
  }
}
