import { column } from '../../run'
import { action, leaf, limitOf, withLimit, type Register } from '../command'

export const operationColumns = [
  column('started', 'startedAt'),
  column('status'),
  column('summary'),
  column('rows'),
  column('masked', 'maskedCells'),
  column('error', 'errorCode'),
  column('id', 'id', 36),
]

export const operationsList: Register = (parent, cli) => {
  withLimit(leaf(parent, 'list', 'List operations, newest first.'))
    .option('--session <id>', 'only of this session')
    .option('--connection <name>', 'only on this connection')
    .option('--status <status>', 'forwarded, refused, succeeded, failed, cancelled or unknown')
    .option('--action <action>', 'only with this action, such as delete')
    .option('--trace <id>', 'only of this trace, as the client claims it: 32 hex digits')
    .option('--from <time>', 'started at this time or later, RFC 3339')
    .option('--to <time>', 'started before this time, RFC 3339')
    .action(
      action(cli, async (run) => {
        const { options } = run
        const query = {
          sessionId: options.text('session'),
          connection: options.text('connection'),
          status: options.text('status'),
          action: options.text('action'),
          traceId: options.text('trace'),
          from: options.text('from'),
          to: options.text('to'),
        }
        run.printItems(
          await (await run.api()).list('/v1/operations', query, limitOf(run)),
          operationColumns,
        )
      }),
    )
}
