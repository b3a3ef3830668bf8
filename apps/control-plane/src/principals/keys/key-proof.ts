import type { KeyProof } from '@wardgate/gateway'
import { ByteReader } from '@wardgate/wire'
import { hasSigned, type PublicKey, readPublicKey, signedByOf } from '@wardgate/wire/openssh'

const authenticationRequest = 50
const leastSessionId = 20

/**
 * The key that a login was signed with, when the signature is what RFC 4252 section 7 says: over the session identifier
 * and a request for this very user name, service, algorithm and key. Undefined = it is not.
 */
export function provenKey(proof: KeyProof, connection: string): PublicKey | undefined {
  const key = readPublicKey(proof.publicKey)
  return key !== undefined && isSignedRequest(proof, key, connection) ? key : undefined
}

/** Whether this key has signed a request to be let in with what the proof presents: the key, or a certificate of it. */
export function isSignedRequest(proof: KeyProof, key: PublicKey, connection: string): boolean {
  const algorithm = signedByOf(proof.algorithm) ?? proof.algorithm
  return isRequestFor(proof, connection) && hasSigned(key, { ...proof, algorithm })
}

function isRequestFor({ algorithm, publicKey, signed }: KeyProof, connection: string): boolean {
  try {
    const reader = new ByteReader(Buffer.from(signed))
    const string = () => reader.slice(reader.u32())
    const text = () => string().toString('utf8')
    return (
      string().length >= leastSessionId &&
      reader.u8() === authenticationRequest &&
      text() === connection &&
      text() === 'ssh-connection' &&
      text() === 'publickey' &&
      reader.u8() === 1 &&
      text() === algorithm &&
      string().equals(publicKey) &&
      reader.remaining === 0
    )
  } catch {
    return false
  }
}
