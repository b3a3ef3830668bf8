import { segment } from '../../api/resolve'
import { action, leaf, type Register } from '../command'

export const sessionsKill: Register = (parent, cli) => {
  leaf(parent, 'kill', 'End a session now.')
    .argument('<id>', 'id of the session')
    .requiredOption('--reason <text>', 'why; the client is told')
    .action(
      action(cli, async (run, [id = '']) => {
        const body = { reason: run.options.text('reason') }
        const path = `/v1/sessions/${segment(id)}/kill`
        const answer = await (await run.api()).send('POST', path, { body })
        if (run.json) run.printJson(answer)
        else run.note(`Session ${id} is being ended.`)
      }),
    )
}
