import { escapeLines } from '../../output/escape'
import { action, leaf, type Register } from '../command'

export const auditCheckpoint: Register = (parent, cli) => {
  leaf(
    parent,
    'checkpoint',
    'Print the latest signed checkpoint; keep it elsewhere as a witness.',
  ).action(
    action(cli, async (run) => {
      const note = await (await run.api()).getText('/v1/audit/checkpoint')
      if (run.json) run.printJson({ checkpoint: note })
      else run.print(escapeLines(note))
    }),
  )
}
