import { checkServerIdentity } from 'node:tls'
import { isIP } from 'node:net'
import type { ClientOptions, VerifyOptions } from '@grpc/grpc-js'
import { parseAddress } from '../config/address'

/** Told to a server that is dialled by its address: RFC 6066 section 3 allows no address there, and every control plane has one chain. */
const nameOfAddresses = 'control-plane'

export interface ServerName {
  readonly options: ClientOptions
  readonly verify: VerifyOptions
}

/** What the channel names in its handshake. The certificate is checked for what was dialled, whatever was named. */
export function serverName(address: string): ServerName {
  const dialled = parseAddress(address)
  if (dialled?.kind !== 'tcp' || isIP(dialled.host) === 0) return { options: {}, verify: {} }
  return {
    options: { 'grpc.ssl_target_name_override': nameOfAddresses },
    verify: {
      checkServerIdentity: (_named, certificate) => checkServerIdentity(dialled.host, certificate),
    },
  }
}
