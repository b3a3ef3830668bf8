import { createWriteStream } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { resolve } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { backlogWarning } from '../../api/backlog'
import type { Api } from '../../api/client'
import { CliError } from '../../cli-error'
import { keyLines, pinKeys } from '../../config/audit-keys'
import { escapeText } from '../../output/escape'
import type { Run } from '../../run'
import { action, leaf, type Register } from '../command'

const mostAgents = 10_000

export const auditExport: Register = (parent, cli) => {
  leaf(
    parent,
    'export',
    'Write an evidence bundle that verifies offline, and keep the keys of the log.',
  )
    .option('--session <id>', 'only what belongs to this session')
    .option('--from <time>', 'RFC 3339')
    .option('--to <time>', 'RFC 3339')
    .option('--out <file>', 'file to write; standard output when absent or -')
    .option('--accept-new-key', 'replace keys that were kept of a log with the same name')
    .action(
      action(cli, async (run) => {
        const api = await run.api()
        await keepKeys(run, api)
        await warnOfBacklogs(run, api)
        const { options } = run
        const body = {
          ...named('sessionId', options.text('session')),
          ...named('from', options.text('from')),
          ...named('to', options.text('to')),
        }
        const chunks = await api.stream('POST', '/v1/audit/evidence', { body })
        const out = options.text('out')
        if (out === undefined || out === '-')
          for await (const chunk of chunks) await run.printPaced(chunk)
        else await writeBeside(run, resolve(cli.cwd, out), chunks)
      }),
    )
}

/**
 * Before the export: whatever has arrived by now is in the evidence. A bundle cannot show that agents wrote more than they
 * handed over, so its taker is told here.
 */
async function warnOfBacklogs({ cli }: Run, api: Api): Promise<void> {
  try {
    for (const agent of await api.list('/v1/agents', {}, mostAgents)) {
      const warning = backlogWarning(agent)
      if (warning !== undefined) cli.err(`warning: ${escapeText(warning)}\n`)
    }
  } catch (error) {
    if (!(error instanceof CliError)) throw error
    const why = escapeText(error.message)
    cli.err(`warning: whether entries of agents have yet to arrive is not known: ${why}\n`)
  }
}

function named(name: string, value: string | undefined): Record<string, string> {
  return value === undefined ? {} : { [name]: value }
}

export async function keepKeys(run: Run, api: Api): Promise<readonly string[]> {
  const lines = keyLines(await api.getText('/v1/audit/keys'))
  const result = pinKeys(run.cli, lines, run.options.flag('acceptNewKey'))
  if (result.kind === 'changed')
    throw new CliError(
      'no',
      `the log ${result.origin} is signed with another key than the one kept in ${result.file}`,
      'If the log was made anew, accept the key with --accept-new-key; else inform the security team.',
    )
  return lines
}

/** Written beside and renamed: half a bundle never has the bundle's name. */
async function writeBeside(
  run: Run,
  file: string,
  chunks: AsyncIterable<Uint8Array>,
): Promise<void> {
  const draft = `${file}.part`
  let bytes = 0
  try {
    const counted = async function* () {
      for await (const chunk of chunks) {
        bytes += chunk.length
        if (run.cli.stdoutIsTty) run.cli.err(`\rwriting evidence: ${bytes} bytes`)
        yield chunk
      }
    }
    await pipeline(counted, createWriteStream(draft, { mode: 0o600 }), { signal: run.cli.signal })
    if (run.cli.stdoutIsTty) run.cli.err('\n')
    await rename(draft, file)
  } catch (error) {
    await rm(draft, { force: true })
    throw error
  }
  if (run.json) run.printJson({ file, bytes })
  else
    run.note(
      `Wrote ${bytes} bytes of evidence to ${file}. Check them with: wardgate audit verify ${file}`,
    )
}
