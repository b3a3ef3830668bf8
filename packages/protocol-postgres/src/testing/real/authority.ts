import 'reflect-metadata'
import * as x509 from '@peculiar/x509'
import { webcrypto } from 'node:crypto'

export interface Issued {
  readonly key: string
  readonly cert: string
}

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
const HOUR_MILLIS = 3_600_000

/** A certificate authority for tests of TLS. */
export class Authority {
  readonly cert: string
  private readonly root: x509.X509Certificate
  private readonly keys: webcrypto.CryptoKeyPair

  private constructor(root: x509.X509Certificate, keys: webcrypto.CryptoKeyPair) {
    this.root = root
    this.keys = keys
    this.cert = root.toString('pem')
  }

  static async create(name = 'CN=Test authority'): Promise<Authority> {
    x509.cryptoProvider.set(webcrypto)
    const keys = await generateKeys()
    const root = await x509.X509CertificateGenerator.createSelfSigned({
      serialNumber: '01',
      name,
      ...validity(),
      signingAlgorithm: algorithm,
      keys,
      extensions: [new x509.BasicConstraintsExtension(true, undefined, true)],
    })
    return new Authority(root, keys)
  }

  server(host: string): Promise<Issued> {
    const names = new x509.SubjectAlternativeNameExtension([{ type: 'dns', value: host }])
    return this.issue(`CN=${host}`, [names])
  }

  client(user: string): Promise<Issued> {
    return this.issue(`CN=${user}`, [])
  }

  private async issue(subject: string, extensions: x509.Extension[]): Promise<Issued> {
    const keys = await generateKeys()
    const certificate = await x509.X509CertificateGenerator.create({
      serialNumber: Buffer.from(webcrypto.getRandomValues(new Uint8Array(7))).toString('hex'),
      subject,
      issuer: this.root.subject,
      ...validity(),
      signingAlgorithm: algorithm,
      publicKey: keys.publicKey,
      signingKey: this.keys.privateKey,
      extensions,
    })
    const der = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey))
    const lines = der.toString('base64').replace(/.{64}/g, '$&\n')
    const key = `-----BEGIN PRIVATE KEY-----\n${lines}\n-----END PRIVATE KEY-----\n`
    return { key, cert: certificate.toString('pem') }
  }
}

function validity() {
  const now = Date.now()
  return { notBefore: new Date(now - HOUR_MILLIS), notAfter: new Date(now + 24 * HOUR_MILLIS) }
}

function generateKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
}
