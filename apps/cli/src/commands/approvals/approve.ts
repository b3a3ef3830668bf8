import { action, leaf, type Register } from '../command'
import { castVote } from './cast-vote'

export const approvalsApprove: Register = (parent, cli) => {
  leaf(parent, 'approve', 'Approve a request: exactly the operation that is shown.')
    .argument('<id>', 'id of the request')
    .option('--reason <text>', 'why; some rules demand it')
    .option('--digest <hex>', 'fail unless the request has this digest')
    .option('--yes', 'do not ask on the terminal')
    .action(action(cli, (run, [id = '']) => castVote(run, id, 'approve', 'Approved.')))
}
