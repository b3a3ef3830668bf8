import type { LoggerService } from '@nestjs/common'
import type { Logger } from '@wardgate/logger'

/** Nest's log lines, in our log. The first argument is either the phrase, or fields with the phrase after it. */
export class NestLogger implements LoggerService {
  constructor(private readonly logger: Logger) {}

  log(message: unknown, ...rest: unknown[]): void {
    this.write('info', message, rest)
  }

  warn(message: unknown, ...rest: unknown[]): void {
    this.write('warn', message, rest)
  }

  error(message: unknown, ...rest: unknown[]): void {
    this.write('error', message, rest)
  }

  debug(message: unknown, ...rest: unknown[]): void {
    this.write('debug', message, rest)
  }

  verbose(message: unknown, ...rest: unknown[]): void {
    this.write('debug', message, rest)
  }

  private write(level: 'info' | 'warn' | 'error' | 'debug', message: unknown, rest: unknown[]) {
    const texts = rest.filter((item) => typeof item === 'string')
    const context = texts.at(-1)
    if (typeof message === 'object' && message !== null)
      this.logger[level]({ ...message, context }, texts.at(0) ?? '')
    // Nest's own start-up lines are no news to an operator.
    else this.logger[level === 'info' ? 'debug' : level]({ context }, String(message))
  }
}
