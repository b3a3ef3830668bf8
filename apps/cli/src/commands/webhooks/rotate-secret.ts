import { findByName, idOf, versionTag } from '../../api/resolve'
import { action, leaf, type Register } from '../command'
import { webhook } from './resource'

const secondsPerHour = 3_600
const longestHours = 720

export const webhooksRotateSecret: Register = (parent, cli) => {
  leaf(parent, 'rotate-secret', 'Make a new signing secret and print it, this once.')
    .argument('<webhook>', 'name or id')
    .option('--overlap <hours>', 'how long the old secret signs too, 0 = no longer', '24')
    .action(
      action(cli, async (run, [name = '']) => {
        const hours = run.options.number('overlap', { least: 0, most: longestHours }) ?? 24
        const api = await run.api()
        const found = await findByName(api, webhook.path, name)
        const path = `${webhook.path}/${idOf(found)}/rotate-secret`
        const body = { overlapSeconds: Math.round(hours * secondsPerHour) }
        run.printItem(await api.send('POST', path, { body, ifMatch: versionTag(found) }))
      }),
    )
}
