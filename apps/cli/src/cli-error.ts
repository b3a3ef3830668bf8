import { exitCodes, type ExitReason } from './exit-codes'

/** Ends a command with an exit code and a message for its user. The text is escaped where it is printed. */
export class CliError extends Error {
  readonly reason: ExitReason
  /** What to do next. */
  readonly nextStep: string | undefined

  constructor(reason: ExitReason, message: string, nextStep?: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.name = 'CliError'
    this.reason = reason
    this.nextStep = nextStep
  }

  get exitCode(): number {
    return exitCodes[this.reason].code
  }
}
