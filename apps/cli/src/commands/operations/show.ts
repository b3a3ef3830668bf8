import { segment } from '../../api/resolve'
import { action, leaf, type Register } from '../command'

export const operationsShow: Register = (parent, cli) => {
  leaf(parent, 'show', 'Show one operation.')
    .argument('<id>', 'id of the operation, as errors and `operations list` have it')
    .action(
      action(cli, async (run, [id = '']) => {
        run.printItem(await (await run.api()).get(`/v1/operations/${segment(id)}`))
      }),
    )
}
