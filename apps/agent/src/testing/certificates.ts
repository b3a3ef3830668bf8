import 'reflect-metadata'
import { createHash, webcrypto } from 'node:crypto'
import * as x509 from '@peculiar/x509'
import type { ChannelIdentity } from '../control/client'

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
const hour = 3_600_000

/** A certificate authority for tests: it issues what the control plane's would. */
export class TestAuthority {
  readonly pem: string
  readonly digest: string
  readonly #certificate: x509.X509Certificate
  readonly #keys: webcrypto.CryptoKeyPair

  private constructor(certificate: x509.X509Certificate, keys: webcrypto.CryptoKeyPair) {
    this.#certificate = certificate
    this.#keys = keys
    this.pem = certificate.toString('pem')
    this.digest = createHash('sha256').update(Buffer.from(certificate.rawData)).digest('hex')
  }

  static async create(): Promise<TestAuthority> {
    x509.cryptoProvider.set(webcrypto)
    const keys = await generateKeys()
    const certificate = await x509.X509CertificateGenerator.createSelfSigned({
      serialNumber: '01',
      name: 'CN=Test authority',
      notBefore: new Date(Date.now() - hour),
      notAfter: new Date(Date.now() + 24 * hour),
      signingAlgorithm: algorithm,
      keys,
      extensions: [
        new x509.BasicConstraintsExtension(true, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign),
      ],
    })
    return new TestAuthority(certificate, keys)
  }

  /** A key and a chain for a server at this address, authority included. */
  async server(address = '127.0.0.1'): Promise<{ key: string; chain: string }> {
    const keys = await generateKeys()
    const leaf = await this.#sign('CN=control-plane', keys.publicKey, 24 * hour, [
      new x509.SubjectAlternativeNameExtension([
        { type: 'ip', value: address },
        { type: 'dns', value: 'localhost' },
      ]),
    ])
    return { key: await exportKey(keys.privateKey), chain: `${leaf}\n${this.pem}` }
  }

  async agent(name: string, lifeMillis = hour): Promise<ChannelIdentity> {
    const keys = await generateKeys()
    const chain = await this.#sign(`CN=${name}`, keys.publicKey, lifeMillis, [])
    return { authority: this.pem, key: await exportKey(keys.privateKey), chain }
  }

  /** Answers a certificate request as the enrolment service would. */
  async issue(request: Uint8Array, lifeMillis = hour): Promise<string> {
    const parsed = new x509.Pkcs10CertificateRequest(Uint8Array.from(request))
    if (!(await parsed.verify())) throw new Error('the certificate request is not signed')
    return this.#sign(parsed.subject, parsed.publicKey, lifeMillis, [])
  }

  async #sign(
    subject: string,
    publicKey: x509.PublicKeyType,
    lifeMillis: number,
    extensions: x509.Extension[],
  ): Promise<string> {
    const certificate = await x509.X509CertificateGenerator.create({
      serialNumber: Buffer.from(webcrypto.getRandomValues(new Uint8Array(8))).toString('hex'),
      subject,
      issuer: this.#certificate.subject,
      notBefore: new Date(Date.now() - 1000),
      notAfter: new Date(Date.now() + lifeMillis),
      signingAlgorithm: algorithm,
      publicKey,
      signingKey: this.#keys.privateKey,
      extensions,
    })
    return certificate.toString('pem')
  }
}

function generateKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
}

async function exportKey(key: webcrypto.CryptoKey): Promise<string> {
  const der = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', key))
  return `-----BEGIN PRIVATE KEY-----\n${der.toString('base64')}\n-----END PRIVATE KEY-----\n`
}
