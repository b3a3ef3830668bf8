import { createHash, webcrypto } from 'node:crypto'
import { Injectable, Logger } from '@nestjs/common'
import {
  algorithm,
  alternativeNames,
  clientAuthentication,
  issueCertificate,
  normalSerial,
  serverAuthentication,
  verifiedKey,
  type Wanted,
} from '../common/certificates/authority'
import { SealedAuthority } from '../common/certificates/sealed-authority'
import { SecretStore } from '../common/sealing/secret-store'

const hour = 3_600_000
/** Short: a certificate without its key's thief renewing it is worthless within a day, even where nobody asks. */
const agentLife = 24 * hour
/** Made anew at every start. */
const serverLife = 365 * 24 * hour
const agentUri = 'urn:wardgate:agent:'

export interface AgentCertificate {
  readonly chain: string
  readonly serial: string
  readonly until: Date
}

export interface ServerCertificate {
  readonly key: string
  readonly chain: string
}

/** The certificate authority of the agents and of the control plane's gRPC ports. */
@Injectable()
export class AuthorityService {
  private readonly logger = new Logger('agents')
  private readonly authority: SealedAuthority

  constructor(secrets: SecretStore) {
    this.authority = new SealedAuthority(
      secrets,
      'agent-authority',
      'CN=Wardgate agent authority',
      () =>
        this.logger.warn('authority of the agents made: those that have another one enrol anew'),
    )
  }

  pem(): Promise<string> {
    return this.authority.pem()
  }

  /** Lower-case hex SHA-256 of the certificate's DER: what a join token pins. */
  async digest(): Promise<string> {
    const { certificate } = await this.authority.load()
    return createHash('sha256').update(Buffer.from(certificate.rawData)).digest('hex')
  }

  async issueServer(names: readonly string[]): Promise<ServerCertificate> {
    const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
    const { chain } = await this.issue({
      subject: 'CN=wardgate control plane',
      publicKey: keys.publicKey,
      millis: serverLife,
      usage: serverAuthentication,
      alternatives: alternativeNames(names),
    })
    const der = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey))
    return { key: toPem('PRIVATE KEY', der), chain }
  }

  /** Signs the request's key for this agent; whatever else the request asks for is not looked at. */
  async issueAgent(agentId: string, rawRequest: Uint8Array): Promise<AgentCertificate> {
    return this.issue({
      subject: `CN=${agentId}`,
      publicKey: await verifiedKey(rawRequest),
      millis: agentLife,
      usage: clientAuthentication,
      alternatives: [{ type: 'url', value: `${agentUri}${agentId}` }],
    })
  }

  private async issue(wanted: Wanted): Promise<AgentCertificate> {
    const leaf = await issueCertificate(await this.authority.load(), wanted)
    return {
      chain: `${leaf.toString('pem')}\n${await this.pem()}`,
      serial: normalSerial(leaf.serialNumber),
      until: leaf.notAfter,
    }
  }
}

/** Which agent a certificate of this authority names; undefined = it names none. */
export function agentOf(commonName: string, alternativeName: string | undefined) {
  return alternativeName === `URI:${agentUri}${commonName}` ? commonName : undefined
}

function toPem(label: string, der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? []
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`
}
