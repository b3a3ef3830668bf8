import { readBody } from '../../api/body'
import type { JsonObject } from '../../api/client'
import { CliError } from '../../cli-error'
import type { Run } from '../../run'
import { action, collect, leaf, type Register } from '../command'
import { connection } from './resource'

export const connectionsCreate: Register = (parent, cli) => {
  leaf(parent, 'create', 'Create a connection from a file, from options, or both; options win.')
    .option('-f, --file <file>', 'YAML or JSON, - for standard input')
    .option('--name <name>', 'name of the connection')
    .option('--protocol <name>', 'protocol, such as postgres')
    .option('--host <host>', 'host of the target')
    .option('--port <port>', 'port of the target')
    .option('--database <name>', 'database of the target')
    .option('--tls <mode>', 'verify-full, require or disable')
    .option('--setting <name=value>', 'setting of the protocol, value as JSON or text', collect)
    .option('--label <name=value>', 'label for policies; may be given several times', collect)
    .action(
      action(cli, async (run) => {
        const file = run.options.text('file')
        const body = { ...(file === undefined ? {} : await readBody(run, file)), ...given(run) }
        run.printItem(await (await run.api()).send('POST', connection.path, { body }))
      }),
    )
}

function given({ options }: Run): JsonObject {
  const host = options.text('host')
  const port = options.number('port', { least: 1, most: 65_535 })
  if ((host === undefined) !== (port === undefined))
    throw new CliError('usage', '--host and --port belong together')
  const tls = options.text('tls')
  const labels = options.list('label').map((text) => pairOf('label', text))
  const settings = options.list('setting').map((text) => pairOf('setting', text))
  const fields = {
    name: options.text('name'),
    protocol: options.text('protocol'),
    database: options.text('database'),
  }
  return {
    ...Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)),
    ...(host !== undefined && { endpoints: [{ host, port }] }),
    ...(tls !== undefined && { tls: { mode: tls } }),
    ...(settings.length > 0 && {
      settings: Object.fromEntries(settings.map(([name, text]) => [name, jsonOr(text)])),
    }),
    ...(labels.length > 0 && { labels: Object.fromEntries(labels) }),
  }
}

function pairOf(option: string, text: string): [string, string] {
  const at = text.indexOf('=')
  if (at <= 0) throw new CliError('usage', `--${option} ${text} must be name=value`)
  return [text.slice(0, at), text.slice(at + 1)]
}

/** `true`, `5` and `["a"]` are what they look like; anything that is no JSON is text. */
function jsonOr(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return text
  }
}
