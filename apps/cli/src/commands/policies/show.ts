import { textOf } from '../../api/client'
import { escapeLines } from '../../output/escape'
import { action, leaf, type Register } from '../command'
import { findVersion } from './version'

export const policiesShow: Register = (parent, cli) => {
  leaf(parent, 'show', 'Print a policy as it was written.')
    .argument('<policy[@version]>', 'name, and the version if it is not the active one')
    .action(
      action(cli, async (run, [reference = '']) => {
        const version = await findVersion(await run.api(), reference)
        if (run.json) run.printJson(version)
        else run.print(`${escapeLines(textOf(version, 'source')).trimEnd()}\n`)
      }),
    )
}
