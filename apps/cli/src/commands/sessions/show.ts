import { segment } from '../../api/resolve'
import { renderDetails } from '../../output/details'
import { renderTable } from '../../output/table'
import { action, leaf, limitOf, withLimit, type Register } from '../command'
import { operationColumns } from '../operations/list'

export const sessionsShow: Register = (parent, cli) => {
  withLimit(leaf(parent, 'show', 'Show a session and its operations.'))
    .argument('<id>', 'id of the session')
    .action(
      action(cli, async (run, [id = '']) => {
        const api = await run.api()
        const path = `/v1/sessions/${segment(id)}`
        const session = await api.get(path)
        const operations = await api.list(`${path}/operations`, {}, limitOf(run))
        if (run.json) run.printJson({ ...session, operationList: operations })
        else
          run.print(
            `${renderDetails(Object.entries(session))}\n${renderTable(operations, operationColumns)}`,
          )
      }),
    )
}
