import { column } from '../../run'
import { action, leaf, limitOf, withLimit, type Register } from '../command'

export const approvalsList: Register = (parent, cli) => {
  withLimit(leaf(parent, 'list', 'List approval requests, newest first.'))
    .option(
      '--state <state>',
      'pending, approved, rejected, expired, cancelled, consumed or all',
      'pending',
    )
    .option('--connection <name>', 'only of this connection')
    .option('--requester <id>', 'only of this principal')
    .action(
      action(cli, async (run) => {
        const state = run.options.text('state')
        const query = {
          state: state === 'all' ? undefined : state,
          connection: run.options.text('connection'),
          requester: run.options.text('requester'),
        }
        run.printItems(await (await run.api()).list('/v1/approval-requests', query, limitOf(run)), [
          column('id', 'id', 36),
          column('state'),
          column('connection'),
          column('requester'),
          column('summary'),
          column('expires', 'expiresAt'),
        ])
      }),
    )
}
