import { action, leaf, type Register } from '../command'
import { readRequest, renderRequest } from './request'

export const approvalsShow: Register = (parent, cli) => {
  leaf(parent, 'show', 'Show an approval request with the exact statement.')
    .argument('<id>', 'id of the request')
    .option('--full', 'show the whole statement, however long')
    .action(
      action(cli, async (run, [id = '']) => {
        const request = await readRequest(await run.api(), id)
        if (run.json) run.printJson(request)
        else run.print(renderRequest(request, run.options.flag('full')))
      }),
    )
}
