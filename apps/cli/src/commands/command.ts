import { Command, Option } from 'commander'
import type { Cli } from '../cli'
import { readOptions } from '../options'
import { createRun, type Run } from '../run'

/** What a command file exports: it adds itself under its noun. */
export type Register = (parent: Command, cli: Cli) => void

export type Action = (run: Run, args: readonly string[]) => Promise<void>

/** A command with the options that every command has. */
export function leaf(parent: Command, name: string, description: string): Command {
  const command = parent.command(name).description(description)
  for (const option of commonOptions()) command.addOption(option)
  return command
}

/** They are told once more at the program, so that they may stand before the command too. */
export function commonOptions(): readonly Option[] {
  return [
    new Option('--server <url>', 'control plane, else WARDGATE_SERVER or the standalone nearby'),
    new Option(
      '--identity <name>',
      'with a standalone: act as admin, approver, auditor or ai-agent',
    ),
    new Option(
      '--token-file <file>',
      'file with the token, - for standard input; else WARDGATE_TOKEN',
    ),
    new Option('--json', 'print JSON'),
  ]
}

/** Commander gives arguments, options, command; a missing optional argument is undefined. */
export function action(cli: Cli, perform: Action): (...received: unknown[]) => Promise<void> {
  return async (...received) => {
    const command = received.at(-1)
    if (!(command instanceof Command)) throw new TypeError('a command calls its action')
    const args = received.slice(0, -2).map((value) => (typeof value === 'string' ? value : ''))
    await perform(createRun(cli, readOptions(command.optsWithGlobals())), args)
  }
}

/** `--limit`, for commands that list. */
export function withLimit(command: Command): Command {
  return command.option('--limit <number>', 'at most this many', '50')
}

export function limitOf(run: Run): number {
  return run.options.number('limit', { least: 1, most: 100_000 }) ?? 50
}

/** For options that may be given several times. */
export function collect(value: string, former: readonly string[] | undefined): readonly string[] {
  return [...(former ?? []), value]
}
