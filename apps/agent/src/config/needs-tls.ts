import type { Protocol } from '@wardgate/gateway'
import { staysOnMachine } from './address'
import type { ListenerSpec } from './listener-spec'

/** Whether a secret would cross the network in the clear; a protocol that nobody knows counts as one that does so. */
export function needsTls(
  { address, protocol: name }: ListenerSpec,
  protocols: readonly Protocol[],
): boolean {
  const encrypts = protocols.some(
    (protocol) => protocol.name === name && protocol.capabilities.encrypts,
  )
  return !encrypts && !staysOnMachine(address)
}
