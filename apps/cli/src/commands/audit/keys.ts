import { action, leaf, type Register } from '../command'
import { keepKeys } from './export'

export const auditKeys: Register = (parent, cli) => {
  leaf(parent, 'keys', 'Print the verifier keys of the log, and keep them for audit verify.')
    .option('--accept-new-key', 'replace keys that were kept of a log with the same name')
    .action(
      action(cli, async (run) => {
        const lines = await keepKeys(run, await run.api())
        if (run.json) run.printJson({ keys: lines })
        else run.print(lines.map((line) => `${line}\n`).join(''))
      }),
    )
}
