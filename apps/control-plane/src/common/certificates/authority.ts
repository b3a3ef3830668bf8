import 'reflect-metadata'
import { randomBytes, webcrypto } from 'node:crypto'
import { isIP } from 'node:net'
import * as x509 from '@peculiar/x509'
import { RequestError } from '@wardgate/errors'

x509.cryptoProvider.set(webcrypto as unknown as Parameters<typeof x509.cryptoProvider.set>[0])

export const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const
const authorityMillis = 10 * 365 * 24 * 3_600_000
/** Clocks of those who verify may be behind by this much. */
const backdate = 5 * 60_000
const longestRequestBytes = 8_192

export const serverAuthentication = '1.3.6.1.5.5.7.3.1'
export const clientAuthentication = '1.3.6.1.5.5.7.3.2'

/** A certificate and the key that signs for it. */
export interface Authority {
  readonly certificate: x509.X509Certificate
  readonly key: webcrypto.CryptoKey
}

export interface Wanted {
  readonly subject: string
  readonly publicKey: webcrypto.CryptoKey
  readonly millis: number
  readonly usage: string
  readonly alternatives: x509.JsonGeneralNames
}

/** A new authority as it is sealed: its key never leaves the control plane. */
export async function makeAuthority(name: string): Promise<Uint8Array> {
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
  const now = Date.now()
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: newSerial(),
    name,
    notBefore: new Date(now - backdate),
    notAfter: new Date(now + authorityMillis),
    keys: keys,
    signingAlgorithm: algorithm,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  })
  const der = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey))
  const stored = { key: der.toString('base64'), certificate: certificate.toString('pem') }
  return Buffer.from(JSON.stringify(stored))
}

/** The counterpart of `makeAuthority`. */
export async function readAuthority(stored: Uint8Array): Promise<Authority> {
  const { key, certificate } = JSON.parse(Buffer.from(stored).toString('utf8')) as {
    key: string
    certificate: string
  }
  const der = Buffer.from(key, 'base64')
  return {
    key: await webcrypto.subtle.importKey('pkcs8', der, algorithm, false, ['sign']),
    certificate: new x509.X509Certificate(certificate),
  }
}

export async function issueCertificate(
  { certificate, key }: Authority,
  wanted: Wanted,
): Promise<x509.X509Certificate> {
  const now = Date.now()
  return x509.X509CertificateGenerator.create({
    serialNumber: newSerial(),
    subject: wanted.subject,
    issuer: certificate.subjectName,
    notBefore: new Date(now - backdate),
    notAfter: new Date(now + wanted.millis),
    publicKey: wanted.publicKey,
    signingKey: key,
    signingAlgorithm: algorithm,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([wanted.usage]),
      new x509.SubjectAlternativeNameExtension(wanted.alternatives),
      await x509.AuthorityKeyIdentifierExtension.create(certificate.publicKey),
    ],
  })
}

export function alternativeNames(names: readonly string[]): x509.JsonGeneralNames {
  return names.map((value) => ({
    type: isIP(value) === 0 ? ('dns' as const) : ('ip' as const),
    value,
  }))
}

/** The key of a PKCS#10 request that proves its possession. */
export async function verifiedKey(rawRequest: Uint8Array): Promise<webcrypto.CryptoKey> {
  try {
    if (rawRequest.length > longestRequestBytes) throw new Error('too long')
    const request = new x509.Pkcs10CertificateRequest(Uint8Array.from(rawRequest))
    if (!(await request.verify())) throw new Error('its signature does not verify')
    return (await request.publicKey.export(algorithm, ['verify'])) as webcrypto.CryptoKey
  } catch (cause) {
    throw new RequestError(
      'ERR_REQUEST_INVALID',
      'the certificate request is not a signed PKCS#10 request for a P-256 key',
      { cause },
    )
  }
}

/** Serial numbers as they are stored and compared: lower-case hex without leading zeros. */
export function normalSerial(serial: string): string {
  return serial
    .toLowerCase()
    .replaceAll(':', '')
    .replace(/^0+(?=.)/, '')
}

/** 16 random bytes, positive and without a leading zero (RFC 5280 4.1.2.2). */
function newSerial(): string {
  const bytes = randomBytes(16)
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40
  return bytes.toString('hex')
}
