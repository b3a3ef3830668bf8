import type { Capabilities } from '@wardgate/gateway'
import { protocols } from '@wardgate/protocols'
import { ProtocolCapabilities } from './capabilities'

/** The protocols of this build. */
export class ListedProtocols extends ProtocolCapabilities {
  override find(protocol: string): Capabilities | undefined {
    return protocols.find(({ name }) => name === protocol)?.capabilities
  }
}
