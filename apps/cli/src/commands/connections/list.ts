import { column } from '../../run'
import { action, leaf, limitOf, withLimit, type Register } from '../command'

export const connectionsList: Register = (parent, cli) => {
  withLimit(leaf(parent, 'list', 'List connections.'))
    .option('--protocol <name>', 'only of this protocol')
    .action(
      action(cli, async (run) => {
        const api = await run.api()
        const query = { protocol: run.options.text('protocol') }
        run.printItems(await api.list('/v1/connections', query, limitOf(run)), [
          column('name'),
          column('protocol'),
          column('database'),
          { title: 'ENDPOINTS', value: ({ endpoints }) => shownEndpoints(endpoints) },
          column('enabled'),
          column('id', 'id', 36),
        ])
      }),
    )
}

function shownEndpoints(endpoints: unknown): string {
  if (!Array.isArray(endpoints)) return ''
  return (endpoints as { host?: unknown; port?: unknown }[])
    .map(({ host, port }) => `${String(host)}:${String(port)}`)
    .join(', ')
}
