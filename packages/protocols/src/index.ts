import type { Protocol } from '@wardgate/gateway'
import { postgres } from '@wardgate/protocol-postgres'

/** Every protocol that Wardgate speaks. A new one is a package and a line here. */
export const protocols: readonly Protocol[] = [postgres]

export function protocolByName(name: string): Protocol | undefined {
  return protocols.find((protocol) => protocol.name === name)
}
