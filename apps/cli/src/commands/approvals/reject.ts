import { action, leaf, type Register } from '../command'
import { confirm, readRequest, requestPath, votedDigest } from './request'

export const approvalsReject: Register = (parent, cli) => {
  leaf(parent, 'reject', 'Reject a request: exactly the operation that is shown.')
    .argument('<id>', 'id of the request')
    .requiredOption('--reason <text>', 'why; the client is told')
    .option('--digest <hex>', 'fail unless the request has this digest')
    .option('--yes', 'do not ask on the terminal')
    .action(
      action(cli, async (run, [id = '']) => {
        const api = await run.api()
        const request = await readRequest(api, id)
        const digest = votedDigest(run, request)
        await confirm(run, request, 'reject')
        const reason = run.options.text('reason')
        const body = { digest, ...(reason !== undefined && { reason }) }
        const answer = await api.send('POST', `${requestPath(id)}/reject`, { body })
        if (run.json) run.printJson(answer)
        else run.note('Rejected.')
      }),
    )
}
