import type { Connection } from 'ssh2'
import { inside, type HostKey } from './inside'
import { offerHostCertificates } from './host-certificates'

const keyType = 'ssh-ed25519'
const certificateType = 'ssh-ed25519-cert-v01@openssh.com'

/**
 * Has a server show a certificate of its host key to clients that ask for one. What the exchange hash has is the
 * certificate; the signature is by the key, under the name of the key's own algorithm (PROTOCOL.certkeys). The library
 * names it as was negotiated, and asks for what is hashed before.
 */
export function presentHostCertificate(connection: Connection, certificate: Buffer): void {
  const protocol = inside(connection)
  const key = protocol._hostKeys[keyType]
  if (key === undefined) return
  offerHostCertificates(connection, [certificateType])
  const certified: HostKey = {
    type: keyType,
    sign: (data, hash) => key.sign(data, hash),
    getPublicSSH: () => {
      protocol._kex.negotiated.serverHostKey = keyType
      return certificate
    },
  }
  protocol._hostKeys[certificateType] = certified
}
