import type { KeyProof } from '@wardgate/gateway'
import {
  hasSigned,
  readCertificate,
  readPublicKey,
  readSignature,
  signedByOf,
} from '@wardgate/wire/openssh'
import { utils, type PublicKeyAuthContext } from 'ssh2'
import { proofAlgorithms } from '../algorithms'

/**
 * The proof in a public-key login (RFC 4252 section 7). `signed` begins with the session identifier, so it is of use
 * on this connection only. ECDSA signatures are in DER form. Looks at the signature to keep junk from the control
 * plane; who the key belongs to is for the control plane to say, which verifies again.
 */
export function proofOf(context: PublicKeyAuthContext): KeyProof | 'unsigned' | 'refused' {
  if (signedByOf(context.key.algo) !== undefined) return certificateProofOf(context)
  const { key, signature, blob, hashAlgo } = context
  const algorithm = hashAlgo === undefined ? key.algo : `rsa-sha2-${hashAlgo.slice('sha'.length)}`
  if (!proofAlgorithms.has(algorithm)) return 'refused'
  if (signature === undefined || blob === undefined) return 'unsigned'
  const parsed = utils.parseKey(key.data)
  if (parsed instanceof Error) return 'refused'
  if (!parsed.verify(blob, signature, hashAlgo)) return 'refused'
  return { algorithm, publicKey: key.data, signed: blob, signature }
}

/**
 * Of a certificate: who issued it, for whom and until when is for the control plane to say. The library reads none, and
 * hands over the signature as it came, with the name of the key's own algorithm in front (PROTOCOL.certkeys).
 */
function certificateProofOf(context: PublicKeyAuthContext): KeyProof | 'unsigned' | 'refused' {
  const { key, signature: signatureBlob, blob: signed } = context
  try {
    const subject = readPublicKey(readCertificate(key.data).subject)
    if (subject === undefined) return 'refused'
    if (signatureBlob === undefined || signed === undefined) return 'unsigned'
    const { algorithm, signature } = readSignature(signatureBlob)
    // RFC 8332: a request says SHA-2, and its signature has to be by just that.
    if (algorithm !== signedByOf(key.algo)) return 'refused'
    if (!hasSigned(subject, { algorithm, signed, signature })) return 'refused'
    return { algorithm: key.algo, publicKey: key.data, signed, signature }
  } catch {
    return 'refused'
  }
}
