import { CommanderError } from 'commander'
import { ProblemError } from './api/problem'
import type { Cli } from './cli'
import { CliError } from './cli-error'
import { exitCodes } from './exit-codes'
import { escapeJson, escapeLines } from './output/escape'
import { createProgram } from './program'

/** Runs one command line and gives its exit code. The only place that tells errors. */
export async function runCli(args: readonly string[], cli: Cli): Promise<number> {
  try {
    await createProgram(cli).parseAsync(args, { from: 'user' })
    return exitCodes.ok.code
  } catch (error) {
    return tell(error, cli, wantsJson(args))
  }
}

/** What stands behind `--` is no option. */
function wantsJson(args: readonly string[]): boolean {
  const end = args.indexOf('--')
  return args.slice(0, end < 0 ? args.length : end).includes('--json')
}

function tell(error: unknown, cli: Cli, asJson: boolean): number {
  // Commander has printed its own message.
  if (error instanceof CommanderError)
    return error.exitCode === 0 ? exitCodes.ok.code : exitCodes.usage.code
  if (error instanceof CliError) {
    if (asJson && error.message !== '')
      cli.err(`${escapeJson(JSON.stringify(asObject(error), null, 2))}\n`)
    else tellPeople(error, cli)
    return error.exitCode
  }
  if (cli.signal.aborted) return exitCodes.interrupted.code
  const message = error instanceof Error ? error.message : String(error)
  cli.err(`wardgate: ${escapeLines(message)}\n`)
  return exitCodes.unavailable.code
}

function tellPeople(error: CliError, cli: Cli): void {
  if (error.message !== '') cli.err(`wardgate: ${escapeLines(error.message)}\n`)
  if (error.nextStep !== undefined) cli.err(`  ${escapeLines(error.nextStep)}\n`)
}

/** For programs: with `--json` errors are JSON as well, on standard error. */
function asObject(error: CliError) {
  const { message, nextStep, exitCode } = error
  const { code, fields = [] } = error instanceof ProblemError ? error : {}
  return {
    error: {
      ...(code === undefined ? {} : { code }),
      message,
      ...(fields.length === 0 ? {} : { fields }),
      ...(nextStep === undefined ? {} : { nextStep }),
      exitCode,
    },
  }
}
