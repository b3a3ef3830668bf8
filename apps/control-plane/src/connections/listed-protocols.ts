import { protocols } from '@wardgate/protocols'
import { ProtocolDirectory } from './protocol-settings'

export class ListedProtocols extends ProtocolDirectory {
  override readonly all = protocols
}
