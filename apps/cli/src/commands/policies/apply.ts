import { parsePolicy } from '@wardgate/policy'
import { readSource } from '../../api/body'
import { action, leaf, type Register } from '../command'
import { versionPath } from './version'
import { refused } from './validate'

export const policiesApply: Register = (parent, cli) => {
  leaf(parent, 'apply', 'Save a policy file as a new version and put it in force.')
    .argument('<file>', 'YAML or JSON, - for standard input')
    .option('--draft', 'save it only')
    .option('--dry-run', 'save it and only report what it would decide')
    .action(
      action(cli, async (run, [file = '']) => {
        const source = await readSource(run, file)
        const { document, problems } = parsePolicy(source)
        if (problems) throw refused(run, file, problems)
        const api = await run.api()
        const draft = await api.send('POST', '/v1/policies', { body: { source } })
        const { name } = document
        const version = String(draft['version'])
        const verb = run.options.flag('dryRun') ? 'dry-run' : 'activate'
        const answer = run.options.flag('draft')
          ? draft
          : await api.send('POST', `${versionPath(name, version)}/${verb}`, { body: {} })
        if (run.json) run.printJson(answer)
        else
          run.note(
            `Policy ${name} version ${version} is ${stateWord(run.options.flag('draft'), verb)}.`,
          )
      }),
    )
}

function stateWord(draft: boolean, verb: string): string {
  if (draft) return 'saved as a draft'
  return verb === 'activate' ? 'active' : 'in dry run'
}
