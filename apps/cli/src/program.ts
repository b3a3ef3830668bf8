import { Command } from 'commander'
import type { Cli } from './cli'
import { commonOptions } from './commands/command'
import { nouns, verbs } from './commands'
import { exitCodes } from './exit-codes'

/** The whole command tree. Nothing has run yet. */
export function createProgram(cli: Cli): Command {
  const program = new Command('wardgate')
    .description('Identity-aware access gateway for AI agents: the command line client')
    .version('0.1.0')
    .showHelpAfterError('(add --help for usage)')
    .showSuggestionAfterError()
    // Otherwise each level drops a `--` that is meant for a level below.
    .enablePositionalOptions()
    .configureHelp({ sortSubcommands: true })
    .configureOutput({
      writeOut: (text) => {
        cli.out(text)
      },
      writeErr: (text) => {
        cli.err(text)
      },
    })
    .exitOverride()
    .addHelpText('after', `\nExit codes:\n${exitCodeLines()}`)
  for (const option of commonOptions()) program.addOption(option)
  for (const register of verbs) register(program, cli)
  for (const { name, description, commands } of nouns) {
    const noun = program.command(name).description(description)
    for (const register of commands) register(noun, cli)
  }
  return program
}

function exitCodeLines(): string {
  return Object.values(exitCodes)
    .map(({ code, meaning }) => `  ${String(code).padStart(3)}  ${meaning}`)
    .join('\n')
}
