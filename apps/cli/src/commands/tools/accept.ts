import { toolsPath } from './path'
import { action, leaf, type Register } from '../command'

export const toolsAccept: Register = (parent, cli) => {
  leaf(parent, 'accept', 'Accept what a quarantined tool is.')
    .argument('<connection>', 'name or id')
    .argument('<tool>', 'its name')
    .requiredOption('--digest <digest>', 'of the definition that you have read in the list')
    .action(
      action(cli, async (run, [connection = '', name = '']) => {
        const api = await run.api()
        const body = { name, digest: run.options.text('digest') ?? '' }
        const answer = await api.send('POST', `${await toolsPath(api, connection)}/accept`, {
          body,
        })
        if (run.json) run.printJson(answer)
        else run.note(`Accepted the tool ${name}.`)
      }),
    )
}
