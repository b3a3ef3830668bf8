import { findByName, idOf } from '../../api/resolve'
import { action, leaf, type Register } from '../command'

export const agentsRevoke: Register = (parent, cli) => {
  leaf(parent, 'revoke', 'Revoke an agent: its certificate is refused from now on.')
    .argument('<agent>', 'name or id')
    .action(
      action(cli, async (run, [name = '']) => {
        const api = await run.api()
        const agent = await findByName(api, '/v1/agents', name)
        const answer = await api.send('POST', `/v1/agents/${idOf(agent)}/revoke`, { body: {} })
        if (run.json) run.printJson(answer)
        else run.note(`Revoked the agent ${name}.`)
      }),
    )
}
