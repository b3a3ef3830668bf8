import { findByName, idOf } from '../../api/resolve'
import { column } from '../../run'
import { action, leaf, limitOf, withLimit, type Register } from '../command'

export const credentialsList: Register = (parent, cli) => {
  withLimit(leaf(parent, 'list', 'List the credentials of a connection; secrets cannot be read.'))
    .argument('<connection>', 'name or id')
    .action(
      action(cli, async (run, [name = '']) => {
        const api = await run.api()
        const connection = await findByName(api, '/v1/connections', name)
        const path = `/v1/connections/${idOf(connection)}/credentials`
        run.printItems(await api.list(path, {}, limitOf(run)), [
          column('version'),
          column('kind'),
          column('username'),
          column('created', 'createdAt'),
          column('retired', 'retiredAt'),
        ])
      }),
    )
}
