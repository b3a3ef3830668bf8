import { parsePolicy } from '@wardgate/policy'
import { readSource } from '../../api/body'
import { textOf } from '../../api/client'
import { CliError } from '../../cli-error'
import { diffLines, type DiffLine } from '../../output/diff'
import { escapeText } from '../../output/escape'
import { action, leaf, type Register } from '../command'
import { refused } from './validate'
import { findVersion } from './version'

const signs: Readonly<Record<DiffLine['kind'], string>> = { same: ' ', removed: '-', added: '+' }

export const policiesDiff: Register = (parent, cli) => {
  leaf(
    parent,
    'diff',
    'Compare a policy file with the version in force. Exit code 1 when they differ.',
  )
    .argument('<file>', 'YAML or JSON, - for standard input')
    .option('--against <policy@version>', 'another version than the active one')
    .action(
      action(cli, async (run, [file = '']) => {
        const source = await readSource(run, file)
        const { document, problems } = parsePolicy(source)
        if (problems) throw refused(run, file, problems)
        const reference = run.options.text('against') ?? document.name
        const version = await findVersion(await run.api(), reference)
        const lines = diffLines(textOf(version, 'source').trimEnd(), source.trimEnd())
        const differs = lines.some(({ kind }) => kind !== 'same')
        if (run.json) run.printJson({ differs, version: version['version'], lines })
        else if (differs)
          run.print(lines.map(({ kind, text }) => `${signs[kind]} ${escapeText(text)}\n`).join(''))
        if (differs) throw new CliError('no', '')
      }),
    )
}
