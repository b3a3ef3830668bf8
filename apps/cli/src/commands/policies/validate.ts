import { parsePolicy, type PolicyProblem } from '@wardgate/policy'
import { readSource } from '../../api/body'
import { CliError } from '../../cli-error'
import { counted } from '../../output/counted'
import type { Run } from '../../run'
import { action, leaf, type Register } from '../command'

export const policiesValidate: Register = (parent, cli) => {
  leaf(
    parent,
    'validate',
    'Check a policy file; all problems are told at once. Needs no control plane.',
  )
    .argument('<file>', 'YAML or JSON, - for standard input')
    .action(
      action(cli, async (run, [file = '']) => {
        const { document, problems } = parsePolicy(await readSource(run, file))
        if (run.json) run.printJson({ valid: document !== undefined, problems: problems ?? [] })
        if (problems) throw refused(run, file, problems)
        if (!run.json)
          run.note(
            `${file}: policy ${document.name} is valid, ${counted(document.rules.length, 'rule')}`,
          )
      }),
    )
}

export function refused(run: Run, file: string, problems: readonly PolicyProblem[]): CliError {
  if (run.json) return new CliError('no', '')
  const lines = problems.map(({ path, message, line }) => {
    const place = line === undefined ? file : `${file}:${line}`
    return `${place}: ${path === '' ? '' : `${path}: `}${message}`
  })
  return new CliError('no', `not valid\n${lines.join('\n')}`)
}
