import { member } from '../config/standalone'
import { action, leaf, type Register } from './command'

export const whoami: Register = (parent, cli) => {
  leaf(parent, 'whoami', 'Show who the token is for and what it permits.').action(
    action(cli, async (run) => {
      const me = await (await run.api()).get('/v1/me')
      const principal = me['principal']
      run.printItem(me, [
        ['Name', member(principal, 'name')],
        ['Kind', member(principal, 'kind')],
        ['Id', member(principal, 'id')],
        ['Groups', member(principal, 'groups')],
        ['Permissions', me['permissions']],
      ])
    }),
  )
}
