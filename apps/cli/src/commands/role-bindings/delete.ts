import { segment } from '../../api/resolve'
import { action, leaf, type Register } from '../command'

export const roleBindingsDelete: Register = (parent, cli) => {
  leaf(parent, 'delete', 'Delete a role binding.')
    .argument('<id>', 'id of the binding')
    .action(
      action(cli, async (run, [id = '']) => {
        await (await run.api()).send('DELETE', `/v1/role-bindings/${segment(id)}`, { ifMatch: '*' })
        if (run.json) run.printJson({ deleted: id })
        else run.note('Deleted the role binding.')
      }),
    )
}
