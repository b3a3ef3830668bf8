import { removeLogin } from '../config/stored-login'
import { action, leaf, type Register } from './command'

export const logout: Register = (parent, cli) => {
  leaf(parent, 'logout', 'Forget the kept token.').action(
    action(cli, (run) => {
      removeLogin(cli)
      if (run.json) run.printJson({ loggedOut: true })
      else run.note('Logged out.')
      return Promise.resolve()
    }),
  )
}
