import { randomBytes } from 'node:crypto'
import { Injectable } from '@nestjs/common'
import { AuthError } from '@wardgate/errors'
import { certificateAlgorithm, readPublicKeyLine } from '@wardgate/wire/openssh'
import { AuditLog } from '../../common/audit-port'
import { authorize, type Identity } from '../../common/auth/identity'
import { Clock } from '../../common/clock'
import { Database } from '../../common/database/database'
import { InvalidRequest } from '../../common/http/invalid-request'
import type { NewCertificate } from './certificates.dto'
import { SshAuthorities } from './ssh-authorities'

/** Clocks of those who check may be behind by this much. */
const backdateSeconds = 60

/** Certificates by which a principal logs in by SSH: for its own key, for connections it may use, for hours. */
@Injectable()
export class CertificatesService {
  constructor(
    private readonly authorities: SshAuthorities,
    private readonly database: Database,
    private readonly audit: AuditLog,
    private readonly clock: Clock,
  ) {}

  async trusted() {
    const [clients, targets] = await Promise.all([
      this.authorities.publicKey('clients'),
      this.authorities.publicKey('targets'),
    ])
    return { clients: clients.text, targets: targets.text }
  }

  async issue(by: Identity, principalId: string, input: NewCertificate) {
    if (by.principal.id !== principalId)
      throw new AuthError(
        'ERR_AUTH_FORBIDDEN',
        'only a principal itself can have its keys certified',
      )
    // It would outlive the delegation, and carry nothing of it.
    if (by.actor !== undefined || by.boundConnection !== undefined)
      throw new AuthError('ERR_AUTH_FORBIDDEN', 'a token that was exchanged certifies no keys')
    const key = readPublicKeyLine(input.publicKey)
    if (key?.type !== 'ssh-ed25519')
      throw new InvalidRequest([{ path: 'publicKey', message: 'is no Ed25519 key' }])
    for (const connection of input.connections) authorize(by, 'connections:use', connection)
    const serial = randomBytes(8).readBigUInt64BE()
    const now = Math.floor(this.clock.now() / 1000)
    const expiresAt = new Date((now + input.expiresInSeconds) * 1000).toISOString()
    const certificate = await this.authorities.issue('clients', {
      subject: Buffer.from(key.text.split(' ')[1] ?? '', 'base64'),
      serial,
      type: 'user',
      keyId: principalId,
      principals: input.connections,
      validAfter: BigInt(now - backdateSeconds),
      validBefore: BigInt(now + input.expiresInSeconds),
      criticalOptions: [],
      extensions: [],
    })
    const issued = { serial: serial.toString(), connections: input.connections, expiresAt }
    await this.database.transaction((tx) =>
      this.audit.append(tx, {
        kind: 'principal.certificate-issued',
        principalId,
        body: { ...issued, fingerprint: key.fingerprint },
      }),
    )
    const text = `${certificateAlgorithm} ${certificate.toString('base64')}`
    return { ...issued, certificate: text, principalId }
  }
}
