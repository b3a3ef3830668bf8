import type { JsonObject } from '../api/client'
import { readBody } from '../api/body'
import { findByName, idOf, versionTag } from '../api/resolve'
import type { TableColumn } from '../output/table'
import { action, leaf, limitOf, withLimit, type Register } from './command'

/** What the same verbs need to know of a resource. */
export interface Resource {
  readonly noun: string
  readonly path: string
  readonly columns: readonly TableColumn<JsonObject>[]
}

export function listOf({ noun, path, columns }: Resource): Register {
  return (parent, cli) => {
    withLimit(leaf(parent, 'list', `List ${noun}s.`)).action(
      action(cli, async (run) => {
        run.printItems(await (await run.api()).list(path, {}, limitOf(run)), columns)
      }),
    )
  }
}

export function showOf({ noun, path }: Resource): Register {
  return (parent, cli) => {
    leaf(parent, 'show', `Show one ${noun}.`)
      .argument(`<${noun}>`, 'name or id')
      .action(
        action(cli, async (run, [name = '']) => {
          run.printItem(await findByName(await run.api(), path, name))
        }),
      )
  }
}

export function createOf({ noun, path }: Resource): Register {
  return (parent, cli) => {
    leaf(parent, 'create', `Create a ${noun} from a file.`)
      .requiredOption('-f, --file <file>', 'YAML or JSON, - for standard input')
      .action(
        action(cli, async (run) => {
          const body = await readBody(run, run.options.text('file') ?? '-')
          run.printItem(await (await run.api()).send('POST', path, { body }))
        }),
      )
  }
}

export function updateOf({ noun, path }: Resource): Register {
  return (parent, cli) => {
    leaf(parent, 'update', `Change fields of a ${noun}.`)
      .argument(`<${noun}>`, 'name or id')
      .requiredOption(
        '-f, --file <file>',
        'YAML or JSON with the fields to change, - for standard input',
      )
      .action(
        action(cli, async (run, [name = '']) => {
          const api = await run.api()
          const body = await readBody(run, run.options.text('file') ?? '-')
          const found = await findByName(api, path, name)
          run.printItem(
            await api.send('PATCH', `${path}/${idOf(found)}`, { body, ifMatch: versionTag(found) }),
          )
        }),
      )
  }
}

export function deleteOf({ noun, path }: Resource): Register {
  return (parent, cli) => {
    leaf(parent, 'delete', `Delete a ${noun}.`)
      .argument(`<${noun}>`, 'name or id')
      .action(
        action(cli, async (run, [name = '']) => {
          const api = await run.api()
          const found = await findByName(api, path, name)
          await api.send('DELETE', `${path}/${idOf(found)}`, { ifMatch: versionTag(found) })
          if (run.json) run.printJson({ deleted: found['id'] })
          else run.note(`Deleted the ${noun} ${name}.`)
        }),
      )
  }
}
