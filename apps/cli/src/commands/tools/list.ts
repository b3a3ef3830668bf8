import { column } from '../../run'
import { action, leaf, limitOf, withLimit, type Register } from '../command'
import { toolsPath } from './path'

export const toolsList: Register = (parent, cli) => {
  withLimit(
    leaf(parent, 'list', 'List the tools that a target has listed, and whether they changed.'),
  )
    .argument('<connection>', 'name or id')
    .action(
      action(cli, async (run, [connection = '']) => {
        const api = await run.api()
        const path = await toolsPath(api, connection)
        run.printItems(await api.list(path, {}, limitOf(run)), [
          column('name'),
          column('state'),
          column('digest', 'digest', 71),
          { title: 'OFFERED', value: ({ offered }) => digestIn(offered) },
        ])
      }),
    )
}

function digestIn(offered: unknown): string {
  const { digest = '' } = (offered ?? {}) as { readonly digest?: unknown }
  return typeof digest === 'string' ? digest : ''
}
