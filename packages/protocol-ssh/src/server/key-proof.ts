import type { KeyProof } from '@wardgate/gateway'
import { utils, type PublicKeyAuthContext } from 'ssh2'
import { proofAlgorithms } from '../algorithms'

/**
 * The proof in a public-key login (RFC 4252 section 7). `signed` begins with the session identifier, so it is of use
 * on this connection only. ECDSA signatures are in DER form. Looks at the signature to keep junk from the control
 * plane; who the key belongs to is for the control plane to say, which verifies again.
 */
export function proofOf(context: PublicKeyAuthContext): KeyProof | 'unsigned' | 'refused' {
  const { key, signature, blob, hashAlgo } = context
  const algorithm = hashAlgo === undefined ? key.algo : `rsa-sha2-${hashAlgo.slice('sha'.length)}`
  if (!proofAlgorithms.has(algorithm)) return 'refused'
  if (signature === undefined || blob === undefined) return 'unsigned'
  const parsed = utils.parseKey(key.data)
  if (parsed instanceof Error) return 'refused'
  if (!parsed.verify(blob, signature, hashAlgo)) return 'refused'
  return { algorithm, publicKey: key.data, signed: blob, signature }
}
