import { action, leaf, type Register } from '../command'
import { confirm, readRequest, requestPath, votedDigest } from './request'

export const approvalsApprove: Register = (parent, cli) => {
  leaf(parent, 'approve', 'Approve a request: exactly the operation that is shown.')
    .argument('<id>', 'id of the request')
    .option('--reason <text>', 'why; some rules demand it')
    .option('--digest <hex>', 'fail unless the request has this digest')
    .option('--yes', 'do not ask on the terminal')
    .action(
      action(cli, async (run, [id = '']) => {
        const api = await run.api()
        const request = await readRequest(api, id)
        const digest = votedDigest(run, request)
        await confirm(run, request, 'approve')
        const reason = run.options.text('reason')
        const body = { digest, ...(reason !== undefined && { reason }) }
        const answer = await api.send('POST', `${requestPath(id)}/approve`, { body })
        if (run.json) run.printJson(answer)
        else run.note('Approved.')
      }),
    )
}
