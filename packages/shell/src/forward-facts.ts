import type { Facts } from '@wardgate/policy'
import type { ByteStream } from './operations'
import { scoreShellRisk } from './risk/factors'

/** A byte stream through the target. `in` listens at the target and leads back to the client. */
export function forwardFacts({ direction, host, port }: ByteStream): Facts {
  const name = host === '' ? 'any' : host.toLowerCase().replace(/\.$/, '')
  const isName = /^[a-z0-9._:-]{1,253}$/.test(name)
  const address = isName ? `${name.includes(':') ? `[${name}]` : name}:${port}` : `*:${port}`
  return {
    kind: 'forward',
    summary:
      direction === 'out' ? `a connection to ${address}` : `listening on ${address} at the target`,
    actions: [
      {
        action: 'forward',
        resource: direction === 'out' ? `address:${address}` : `listener:${address}`,
      },
    ],
    opaque: isName ? [] : ['the name of the host is not one'],
    risk: scoreShellRisk(['forwarding']),
    detail: { 'forward.direction': direction, 'forward.host': name, 'forward.port': port },
    literalsMatter: true,
  }
}
