import { action, leaf, type Register } from '../command'
import { assignmentOf } from './assignment'

export const agentsUnassign: Register = (parent, cli) => {
  leaf(parent, 'unassign', 'Let an agent serve a connection no longer.')
    .argument('<agent>', 'name or id')
    .argument('<connection>', 'name or id')
    .action(
      action(cli, async (run, [agent = '', name = '']) => {
        const api = await run.api()
        const { path, connection } = await assignmentOf(api, agent, name)
        await api.send('DELETE', path)
        if (run.json) run.printJson({ agent, connection })
        else run.note(`The agent ${agent} no longer serves ${connection}.`)
      }),
    )
}
