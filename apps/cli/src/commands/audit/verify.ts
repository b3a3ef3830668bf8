import { verifyBundle, verifyLog, type Reach, type Report } from '@wardgate/audit-log/verify'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { CliError } from '../../cli-error'
import { keyLines, readPinnedKeys } from '../../config/audit-keys'
import { escapeText } from '../../output/escape'
import type { Run } from '../../run'
import { action, collect, leaf, type Register } from '../command'
import { readLines } from './lines'
import { readTiles } from './tiles'

export const auditVerify: Register = (parent, cli) => {
  leaf(
    parent,
    'verify',
    'Check an evidence bundle or a log in tiles. Offline; trusts only the keys given.',
  )
    .argument('<path>', 'evidence bundle, or folder with checkpoint and tile/')
    .option(
      '--key <file>',
      'verifier key lines from a source you trust; may be given several times',
      collect,
    )
    .option(
      '--checkpoint <file>',
      'checkpoint kept earlier, or by a witness; may be given several times',
      collect,
    )
    .addHelpText(
      'after',
      '\nWithout --key, the keys kept by `wardgate audit export` or `audit keys` count; without any, the key in the' +
        '\nbundle itself, which shows only that nobody changed it who lacks that key.',
    )
    .action(
      action(cli, (run, [path = '']) => {
        const file = resolve(cli.cwd, path)
        if (!existsSync(file)) throw new CliError('usage', `there is no ${path}`)
        const knownCheckpoints = run.options.list('checkpoint').map((name) => readText(run, name))
        const isFolder = statSync(file).isDirectory()
        const { keys, source } = chooseKeys(run, isFolder ? undefined : file)
        const options = { trustedKeys: keys, knownCheckpoints }
        const report = isFolder
          ? verifyLog(readTiles(file), readFileSync(join(file, 'checkpoint'), 'utf8'), options)
          : verifyBundle(readLines(file), options)
        tell(run, report, source)
        return Promise.resolve()
      }),
    )
}

interface ChosenKeys {
  readonly keys: readonly string[]
  readonly source: 'given' | 'kept' | 'bundle'
}

function chooseKeys(run: Run, bundle: string | undefined): ChosenKeys {
  const given = run.options.list('key').flatMap((name) => keyLines(readText(run, name)))
  if (given.length > 0) return { keys: given, source: 'given' }
  const kept = readPinnedKeys(run.cli)
  if (kept.length > 0) return { keys: kept, source: 'kept' }
  const [header = ''] = bundle === undefined ? [] : readLines(bundle)
  const key = keyInHeader(header)
  if (key !== undefined) return { keys: [key], source: 'bundle' }
  throw new CliError(
    'usage',
    'no key is known that the log could be signed with',
    'Name it with --key.',
  )
}

function keyInHeader(line: string): string | undefined {
  try {
    const header: unknown = JSON.parse(line)
    const key =
      typeof header === 'object' && header !== null && 'verifierKey' in header
        ? header.verifierKey
        : undefined
    return typeof key === 'string' ? key : undefined
  } catch {
    return undefined
  }
}

function readText(run: Run, name: string): string {
  try {
    return readFileSync(resolve(run.cli.cwd, name), 'utf8')
  } catch (cause) {
    throw new CliError('usage', `cannot read ${name}`, undefined, cause)
  }
}

const keyWords = {
  given: 'the keys given',
  kept: 'the keys kept from the control plane',
  bundle: 'ONLY THE KEY IN THE BUNDLE ITSELF: name a key that you trust with --key',
} as const

/** No more than is known: entries that had not arrived leave no trace in the log. */
function within(reached: readonly Reach[]): string {
  if (reached.length === 0) return 'no entry is of an agent'
  return 'nothing is missing of what agents had handed over, which is:'
}

function reachLine({ agentId, spoolId, first, last, lastTime }: Reach, isComplete: boolean) {
  const words = isComplete ? 'complete up to' : 'up to'
  const text = `${words} ${last} of agent ${agentId} at ${lastTime} (spool ${spoolId}, from ${first})`
  return `              ${escapeText(text)}\n`
}

function tell(run: Run, report: Report, source: ChosenKeys['source']): void {
  const { integrity, completeness, checkpoint, entries } = report
  const ok = integrity.ok && completeness.ok
  if (run.json) run.printJson({ ok, keys: source, ...report })
  else {
    const size = checkpoint ? `, log ${checkpoint.origin} of size ${checkpoint.size}` : ''
    run.print(
      `integrity     ${integrity.ok ? 'ok: nothing was altered' : 'FAILED'}\n` +
        integrity.problems.map(({ message }) => `              ${escapeText(message)}\n`).join('') +
        `completeness  ${completeness.ok ? `ok: ${within(completeness.reached)}` : 'FAILED'}\n` +
        completeness.gaps.map(({ message }) => `              ${escapeText(message)}\n`).join('') +
        completeness.reached.map((reach) => reachLine(reach, completeness.ok)).join('') +
        `checked       ${entries} entries${escapeText(size)}, by ${keyWords[source]}\n`,
    )
  }
  if (!ok) throw new CliError('no', run.json ? '' : 'the audit log does not verify')
}
