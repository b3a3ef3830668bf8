import { CliError } from '../../cli-error'
import { action, collect, leaf, type Register } from '../command'
import { assignmentOf } from './assignment'

export const agentsAssign: Register = (parent, cli) => {
  leaf(parent, 'assign', 'Let an agent serve a connection, from now on.')
    .argument('<agent>', 'name or id')
    .argument('<connection>', 'name or id')
    .option(
      '--listener <protocol=address>',
      'address for this connection alone, as postgres=127.0.0.1:15440; may be given several times, replaces the former ones',
      collect,
    )
    .action(
      action(cli, async (run, [agent = '', name = '']) => {
        const given = run.options.list('listener').map(listenerOf)
        const api = await run.api()
        const { path, connection } = await assignmentOf(api, agent, name)
        const listeners = given.map((listener) => ({ ...listener, connection }))
        await api.send('PUT', path, { body: { listeners } })
        if (run.json) run.printJson({ agent, connection, listeners })
        else run.note(`The agent ${agent} serves ${connection}.`)
      }),
    )
}

function listenerOf(text: string): { protocol: string; address: string } {
  const [, protocol, address] = /^([a-z][a-z0-9-]*)=(.+)$/.exec(text) ?? []
  if (protocol === undefined || address === undefined)
    throw new CliError('usage', `--listener ${text} must be protocol=address`)
  return { protocol, address }
}
