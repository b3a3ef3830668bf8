import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { policyJsonSchema } from '@wardgate/policy'
import type { Command } from 'commander'
import { processCli } from './cli'
import { commonOptions } from './commands/command'
import { exitCodes } from './exit-codes'
import { createProgram } from './program'

/** docs/reference/cli.md as the command tree says it. */
export function cliReference(): string {
  const program = createProgram(processCli(new AbortController().signal))
  const common = new Set(commonOptions().map(({ flags }) => flags))
  return `# Command line

Made from the commands themselves by \`npm run generate\`; do not edit.

Run \`wardgate\` (from a checkout: \`npm run -s wardgate --\`). Output goes to standard output, remarks and progress to
standard error. Every text that Wardgate did not write itself is escaped before a terminal sees it.

## Options of every command

${optionLines([...program.options], new Set(['-V, --version']))}
Server: \`--server\`, \`WARDGATE_SERVER\`, the standalone nearby (\`WARDGATE_HOME\`, or \`.wardgate\` upwards), the last
log-in. Token: \`--token-file\`, \`--identity\`, \`WARDGATE_TOKEN\`, the log-in at that server, else the standalone's
identity that fits the command. A token or a secret is never an argument, because every process can read arguments.

## Exit codes

| code | meaning |
| ---: | --- |
${Object.values(exitCodes)
  .map(({ code, meaning }) => `| ${code} | ${meaning} |\n`)
  .join('')}
With \`--json\` what went wrong is JSON too, on standard error: \`{ "error": { code, message, fields, nextStep, exitCode } }\`,
of which \`message\` and \`exitCode\` are always there. A wrong command line is told in words.

## Commands
${leaves(program)
  .map((command) => section(command, common))
  .join('')}`
}

function leaves(command: Command): Command[] {
  const below = command.commands.flatMap(leaves)
  const own =
    command.parent !== null && (command.commands.length === 0 || command.options.length > 0)
  return own ? [command, ...below] : below
}

function section(command: Command, common: ReadonlySet<string>): string {
  const path: string[] = []
  for (let at: Command | null = command; at; at = at.parent) path.unshift(at.name())
  const args = command.registeredArguments.map((argument) => {
    const name = argument.name()
    return {
      shown: argument.required ? `<${name}>` : `[${name}]`,
      name,
      text: argument.description,
    }
  })
  const lines = args.map(({ shown, text }) => `- \`${shown}\` — ${text}\n`).join('')
  const title = [...path, ...args.map(({ shown }) => shown)].join(' ')
  return `\n### \`${title}\`\n\n${command.description()}\n\n${lines}${optionLines([...command.options], common)}`
}

function optionLines(
  options: readonly {
    readonly flags: string
    readonly description: string
    readonly defaultValue?: unknown
  }[],
  hidden: ReadonlySet<string>,
): string {
  return options
    .filter(({ flags }) => !hidden.has(flags))
    .map(({ flags, description, defaultValue }) => {
      const preset = typeof defaultValue === 'string' ? ` (default \`${defaultValue}\`)` : ''
      return `- \`${flags}\` — ${description}${preset}\n`
    })
    .join('')
}

/** The reference files this package is the source of, by their names in docs/reference. */
export function referenceFiles(): Readonly<Record<string, string>> {
  return {
    'cli.md': `${cliReference()
      .replace(/\n{3,}/g, '\n\n')
      .trimEnd()}\n`,
    'policy.schema.json': `${JSON.stringify(policyJsonSchema, null, 2)}\n`,
  }
}

/** `node dist/reference.js FOLDER` writes them; formatting is left as it is when only that differs. */
if (require.main === module) {
  const folder = process.argv[2] ?? 'docs/reference'
  for (const [name, text] of Object.entries(referenceFiles())) {
    const file = join(folder, name)
    const same = name.endsWith('.json') && isSameJson(file, text)
    if (!same) writeFileSync(file, text)
  }
}

function isSameJson(file: string, text: string): boolean {
  try {
    return (
      JSON.stringify(JSON.parse(readFileSync(file, 'utf8'))) === JSON.stringify(JSON.parse(text))
    )
  } catch {
    return false
  }
}
