import 'reflect-metadata'
import { createHash, randomBytes, webcrypto } from 'node:crypto'
import { isIP } from 'node:net'
import { Injectable } from '@nestjs/common'
import * as x509 from '@peculiar/x509'
import { RequestError } from '@wardgate/errors'
import { SecretStore } from '../common/sealing/secret-store'

x509.cryptoProvider.set(webcrypto as unknown as Parameters<typeof x509.cryptoProvider.set>[0])

const secretName = 'agent-authority'
const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const
const hour = 3_600_000
const authorityLife = 10 * 365 * 24 * hour
/** Short: a revoked or lost certificate is worthless within a day even where nobody asks. */
const agentLife = 24 * hour
/** Made anew at every start. */
const serverLife = 365 * 24 * hour
/** Clocks of agents may be behind by this much. */
const backdate = 5 * 60_000
const longestRequestBytes = 8_192
const agentUri = 'urn:wardgate:agent:'

const serverAuthentication = '1.3.6.1.5.5.7.3.1'
const clientAuthentication = '1.3.6.1.5.5.7.3.2'

export interface AgentCertificate {
  readonly chain: string
  readonly serial: string
  readonly until: Date
}

export interface ServerCertificate {
  readonly key: string
  readonly chain: string
}

interface Authority {
  readonly certificate: x509.X509Certificate
  readonly key: webcrypto.CryptoKey
}

/** The certificate authority of the agents and of the control plane's gRPC ports. */
@Injectable()
export class AuthorityService {
  private authority: Promise<Authority> | undefined

  constructor(private readonly secrets: SecretStore) {}

  async pem(): Promise<string> {
    return `${(await this.load()).certificate.toString('pem')}\n`
  }

  /** Lower-case hex SHA-256 of the certificate's DER: what a join token pins. */
  async digest(): Promise<string> {
    const { certificate } = await this.load()
    return createHash('sha256').update(Buffer.from(certificate.rawData)).digest('hex')
  }

  async issueServer(names: readonly string[]): Promise<ServerCertificate> {
    const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
    const alternatives = names.map((name) =>
      isIP(name) === 0
        ? { type: 'dns' as const, value: name }
        : { type: 'ip' as const, value: name },
    )
    const leaf = await this.issue({
      subject: 'CN=wardgate control plane',
      publicKey: keys.publicKey,
      life: serverLife,
      usage: serverAuthentication,
      alternatives,
    })
    const der = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey))
    return { key: toPem('PRIVATE KEY', der), chain: await this.chain(leaf) }
  }

  /** Signs the request's key for this agent; whatever else the request asks for is not looked at. */
  async issueAgent(agentId: string, rawRequest: Uint8Array): Promise<AgentCertificate> {
    const publicKey = await verifiedKey(rawRequest)
    const leaf = await this.issue({
      subject: `CN=${agentId}`,
      publicKey,
      life: agentLife,
      usage: clientAuthentication,
      alternatives: [{ type: 'url', value: `${agentUri}${agentId}` }],
    })
    return {
      chain: await this.chain(leaf),
      serial: normalSerial(leaf.serialNumber),
      until: leaf.notAfter,
    }
  }

  private async chain(leaf: x509.X509Certificate): Promise<string> {
    return `${leaf.toString('pem')}\n${await this.pem()}`
  }

  private async issue(wanted: {
    subject: string
    publicKey: webcrypto.CryptoKey
    life: number
    usage: string
    alternatives: x509.JsonGeneralNames
  }): Promise<x509.X509Certificate> {
    const { certificate, key } = await this.load()
    const now = Date.now()
    return x509.X509CertificateGenerator.create({
      serialNumber: newSerial(),
      subject: wanted.subject,
      issuer: certificate.subjectName,
      notBefore: new Date(now - backdate),
      notAfter: new Date(now + wanted.life),
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

  private load(): Promise<Authority> {
    this.authority ??= this.read().catch((error: unknown) => {
      this.authority = undefined
      throw error
    })
    return this.authority
  }

  private async read(): Promise<Authority> {
    const stored = await this.secrets.findOrCreate(secretName, makeAuthority)
    const { key, certificate } = JSON.parse(Buffer.from(stored).toString('utf8')) as {
      key: string
      certificate: string
    }
    return {
      key: await webcrypto.subtle.importKey('pkcs8', Buffer.from(key, 'base64'), algorithm, false, [
        'sign',
      ]),
      certificate: new x509.X509Certificate(certificate),
    }
  }
}

/** Which agent a certificate of this authority names; undefined = it names none. */
export function agentOf(commonName: string, alternativeName: string | undefined) {
  return alternativeName === `URI:${agentUri}${commonName}` ? commonName : undefined
}

/** Serial numbers as they are stored and compared: lower-case hex without leading zeros. */
export function normalSerial(serial: string): string {
  return serial
    .toLowerCase()
    .replaceAll(':', '')
    .replace(/^0+(?=.)/, '')
}

async function makeAuthority(): Promise<Uint8Array> {
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
  const now = Date.now()
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: newSerial(),
    name: 'CN=Wardgate agent authority',
    notBefore: new Date(now - backdate),
    notAfter: new Date(now + authorityLife),
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

/** The key of a PKCS#10 request that proves its possession. */
async function verifiedKey(rawRequest: Uint8Array): Promise<webcrypto.CryptoKey> {
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

/** 16 random bytes, positive and without a leading zero (RFC 5280 4.1.2.2). */
function newSerial(): string {
  const bytes = randomBytes(16)
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40
  return bytes.toString('hex')
}

function toPem(label: string, der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? []
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`
}
