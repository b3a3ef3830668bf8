import { createApi, type Api, type JsonObject } from './api/client'
import type { Cli } from './cli'
import { chooseServer, chooseToken, type ServerChoice } from './config/access'
import type { Options } from './options'
import { renderDetails } from './output/details'
import { escapeJson, escapeLines } from './output/escape'
import { renderTable, type TableColumn } from './output/table'

/** One invocation: its options, its way to the control plane, and its output. */
export interface Run {
  readonly cli: Cli
  readonly options: Options
  readonly server: () => ServerChoice
  /** The token of this invocation; `standaloneIdentity` is what a standalone is asked for when nothing is named. */
  readonly token: (standaloneIdentity?: string) => Promise<string>
  /** The REST API with that token; ends with the invocation, unless `signal` says when else. */
  readonly api: (standaloneIdentity?: string, signal?: AbortSignal) => Promise<Api>
  readonly json: boolean
  /** Progress and remarks: standard error, so that the output stays what was asked for. */
  readonly note: (text: string) => void
  readonly print: (text: string) => void
  /** What has no end is printed no faster than it is read. */
  readonly printPaced: (text: string | Uint8Array) => Promise<void>
  readonly printJson: (value: unknown) => void
  readonly printItems: (
    items: readonly JsonObject[],
    columns: readonly TableColumn<JsonObject>[],
  ) => void
  readonly printItem: (item: JsonObject, details?: readonly (readonly [string, unknown])[]) => void
}

export function createRun(cli: Cli, options: Options): Run {
  const json = options.flag('json')
  let chosen: ServerChoice | undefined
  const server = () => (chosen ??= chooseServer(cli, options))
  const token = (identity?: string) => chooseToken(cli, options, server(), identity)
  const printJson = (value: unknown) => {
    cli.out(`${escapeJson(JSON.stringify(value, null, 2))}\n`)
  }
  return {
    cli,
    options,
    server,
    token,
    api: async (identity, signal = cli.signal) =>
      createApi(server().url, await token(identity), signal),
    json,
    note: (text) => {
      cli.err(`${escapeLines(text)}\n`)
    },
    print: (text) => {
      cli.out(text)
    },
    printPaced: async (text) => {
      cli.out(text)
      await cli.drained()
    },
    printJson,
    printItems: (items, columns) => {
      if (json) printJson({ items })
      else if (items.length === 0) cli.err('nothing found\n')
      else cli.out(renderTable(items, columns))
    },
    printItem: (item, details) => {
      if (json) printJson(item)
      else cli.out(renderDetails(details ?? Object.entries(item)))
    },
  }
}

/** A column that shows the field of that name. */
export function column(title: string, name = title, width?: number): TableColumn<JsonObject> {
  return { title: title.toUpperCase(), value: (item) => item[name], ...(width && { width }) }
}
