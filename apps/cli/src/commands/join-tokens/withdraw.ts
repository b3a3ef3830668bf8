import { segment } from '../../api/resolve'
import { action, leaf, type Register } from '../command'

export const joinTokensWithdraw: Register = (parent, cli) => {
  leaf(parent, 'withdraw', 'Withdraw a token that no agent has joined with.')
    .argument('<id>', 'id of the token, as `join-tokens list` shows it')
    .action(
      action(cli, async (run, [id = '']) => {
        await (await run.api()).send('DELETE', `/v1/join-tokens/${segment(id)}`)
        if (run.json) run.printJson({ withdrawn: id })
        else run.note('Withdrew the join token: nobody joins with it any more.')
      }),
    )
}
