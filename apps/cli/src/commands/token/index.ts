import { action, leaf, type Register } from '../command'
import { tokenExchange } from './exchange'

/** A verb of its own and the parent of `exchange`. */
export const token: Register = (parent, cli) => {
  const command = leaf(
    parent,
    'token',
    'Print a token: as password for database clients, as bearer token for HTTP.',
  ).action(
    action(cli, async (run) => {
      const value = await run.token('ai-agent')
      if (run.json) run.printJson({ token: value })
      else run.print(`${value}\n`)
    }),
  )
  tokenExchange(command, cli)
}
