import type { Protocol } from '@wardgate/gateway'
import { http } from '@wardgate/protocol-http'
import { postgres } from '@wardgate/protocol-postgres'
import { ssh } from '@wardgate/protocol-ssh'

/** Every protocol that Wardgate speaks. A new one is a package and a line here. */
export const protocols: readonly Protocol[] = [postgres, http, ssh]

export function protocolByName(name: string): Protocol | undefined {
  return protocols.find((protocol) => protocol.name === name)
}
