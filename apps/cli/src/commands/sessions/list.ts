import { column } from '../../run'
import { action, leaf, limitOf, withLimit, type Register } from '../command'

export const sessionsList: Register = (parent, cli) => {
  withLimit(leaf(parent, 'list', 'List sessions, newest first.'))
    .option('--state <state>', 'open or ended')
    .option('--connection <name>', 'only of this connection')
    .option('--principal <id>', 'only of this principal')
    .option('--agent <id>', 'only through this agent')
    .option('--from <time>', 'started at this time or later, RFC 3339')
    .option('--to <time>', 'started before this time, RFC 3339')
    .action(
      action(cli, async (run) => {
        const names = ['state', 'connection', 'principal', 'agent', 'from', 'to']
        const query = Object.fromEntries(names.map((name) => [name, run.options.text(name)]))
        run.printItems(await (await run.api()).list('/v1/sessions', query, limitOf(run)), [
          column('id', 'id', 36),
          column('state'),
          column('connection'),
          column('principal'),
          column('operations'),
          column('started', 'startedAt'),
          column('ended', 'endedAt'),
          column('reason', 'endReason'),
        ])
      }),
    )
}
