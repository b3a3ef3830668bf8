import { escapeLines } from '../../output/escape'
import { action, leaf, type Register } from '../command'

export const proxyAuthority: Register = (parent, cli) => {
  leaf(
    parent,
    'authority',
    'Print the certificate that clients of the forward proxy have to trust.',
  ).action(
    action(cli, async (run) => {
      const pem = await (await run.api()).getText('/v1/interception/authority')
      if (run.json) run.printJson({ authority: pem })
      else run.print(escapeLines(pem).trimEnd())
    }),
  )
}
