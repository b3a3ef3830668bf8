import { createHash } from 'node:crypto'

/** Hash by signature algorithm, RFC 5929 section 4.1: MD5 and SHA-1 are replaced by SHA-256. */
const hashes: Readonly<Record<string, string>> = {
  '2a864886f70d010104': 'sha256', // md5WithRSAEncryption
  '2a864886f70d010105': 'sha256', // sha1WithRSAEncryption
  '2a864886f70d01010b': 'sha256',
  '2a864886f70d01010c': 'sha384',
  '2a864886f70d01010d': 'sha512',
  '2a8648ce3d0401': 'sha256', // ecdsa-with-SHA1
  '2a8648ce3d040302': 'sha256',
  '2a8648ce3d040303': 'sha384',
  '2a8648ce3d040304': 'sha512',
}

/** The `tls-server-end-point` binding of a certificate; undefined when its algorithm names no single hash. */
export function serverEndPoint(certificate: Buffer): Buffer | undefined {
  const algorithm = signatureAlgorithm(certificate)
  const hash = algorithm === undefined ? undefined : hashes[algorithm.toString('hex')]
  return hash === undefined ? undefined : createHash(hash).update(certificate).digest()
}

/** Certificate ::= SEQUENCE { tbsCertificate SEQUENCE, signatureAlgorithm SEQUENCE { OID … }, … } */
function signatureAlgorithm(certificate: Buffer): Buffer | undefined {
  const outer = element(certificate, 0)
  const signed = outer && element(certificate, outer.start)
  const algorithm = signed && element(certificate, signed.end)
  const identifier = algorithm && element(certificate, algorithm.start)
  if (identifier?.tag !== 0x06) return undefined
  return certificate.subarray(identifier.start, identifier.end)
}

function element(
  der: Buffer,
  at: number,
): { readonly tag: number; readonly start: number; readonly end: number } | undefined {
  const tag = der[at]
  const first = der[at + 1]
  if (tag === undefined || first === undefined) return undefined
  const lengthBytes = first < 0x80 ? 0 : first & 0x7f
  if (lengthBytes > 4 || at + 2 + lengthBytes > der.length) return undefined
  const length = lengthBytes === 0 ? first : der.readUIntBE(at + 2, lengthBytes)
  const start = at + 2 + lengthBytes
  return start + length > der.length ? undefined : { tag, start, end: start + length }
}
