import { column } from '../../run'
import { action, leaf, limitOf, withLimit, type Register } from '../command'

export const auditEntries: Register = (parent, cli) => {
  withLimit(leaf(parent, 'entries', 'List audit entries, newest first.'))
    .option('--kind <kind>', 'only of this kind')
    .option('--session <id>', 'only of this session')
    .option('--principal <id>', 'only of this principal')
    .option('--from <time>', 'RFC 3339')
    .option('--to <time>', 'RFC 3339')
    .action(
      action(cli, async (run) => {
        const { options } = run
        const query = {
          kind: options.text('kind'),
          sessionId: options.text('session'),
          principalId: options.text('principal'),
          from: options.text('from'),
          to: options.text('to'),
        }
        run.printItems(await (await run.api()).list('/v1/audit/entries', query, limitOf(run)), [
          column('index'),
          column('time'),
          column('kind'),
          column('session', 'sessionId', 36),
          column('body', 'body', 100),
        ])
      }),
    )
}
