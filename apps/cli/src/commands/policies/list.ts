import { column } from '../../run'
import { action, leaf, limitOf, withLimit, type Register } from '../command'

export const policiesList: Register = (parent, cli) => {
  withLimit(leaf(parent, 'list', 'List policy versions.'))
    .option('--name <name>', 'only of this policy')
    .option('--state <state>', 'draft, dry-run, active or retired')
    .action(
      action(cli, async (run) => {
        const query = { name: run.options.text('name'), state: run.options.text('state') }
        run.printItems(await (await run.api()).list('/v1/policies', query, limitOf(run)), [
          column('name'),
          column('version'),
          column('state'),
          column('author'),
          column('created', 'createdAt'),
        ])
      }),
    )
}
