import { action, leaf, type Register } from '../command'
import { castVote } from './cast-vote'

export const approvalsReject: Register = (parent, cli) => {
  leaf(parent, 'reject', 'Reject a request: exactly the operation that is shown.')
    .argument('<id>', 'id of the request')
    .requiredOption('--reason <text>', 'why; the client is told')
    .option('--digest <hex>', 'fail unless the request has this digest')
    .option('--yes', 'do not ask on the terminal')
    .action(action(cli, (run, [id = '']) => castVote(run, id, 'reject', 'Rejected.')))
}
