import { findByName, idOf, versionTag } from '../../api/resolve'
import { action, leaf, type Register } from '../command'
import { principal } from './resource'

interface Verb {
  readonly name: string
  readonly description: string
  readonly disabled: boolean
  readonly told: string
}

export function setDisabled({ name, description, disabled, told }: Verb): Register {
  return (parent, cli) => {
    leaf(parent, name, description)
      .argument('<principal>', 'name or id')
      .action(
        action(cli, async (run, [nameOrId = '']) => {
          const api = await run.api()
          const found = await findByName(api, principal.path, nameOrId)
          const options = { body: { disabled }, ifMatch: versionTag(found) }
          const answer = await api.send('PATCH', `${principal.path}/${idOf(found)}`, options)
          if (run.json) run.printJson(answer)
          else run.note(`${told} ${nameOrId}.`)
        }),
      )
  }
}
