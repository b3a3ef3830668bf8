import { Injectable } from '@nestjs/common'
import { AuthError } from '@wardgate/errors'
import { certificateTypeOf, readPublicKeyLine } from '@wardgate/wire/openssh'
import { v7 as uuid } from 'uuid'
import { AuditLog } from '../../common/audit-port'
import { authorize, authorizeOwnOr, type Identity } from '../../common/auth/identity'
import { Clock } from '../../common/clock'
import { Database } from '../../common/database/database'
import { InvalidRequest } from '../../common/http/invalid-request'
import { toPage } from '../../common/http/page'
import { Revocations } from '../revocations'
import type { CertificateQuery, NewCertificate } from './certificates.dto'
import { type CertificateRecord, CertificatesRepository } from './certificates.repository'
import { certificateTerms, endOf } from './certificate-terms'
import { SshAuthorities } from './ssh-authorities'

/** Certificates by which a principal logs in by SSH: for its own key, for connections it may use, for hours. */
@Injectable()
export class CertificatesService {
  constructor(
    private readonly authorities: SshAuthorities,
    private readonly certificates: CertificatesRepository,
    private readonly revocations: Revocations,
    private readonly database: Database,
    private readonly audit: AuditLog,
    private readonly clock: Clock,
  ) {}

  async trusted() {
    const [clients, targets, hosts] = await Promise.all([
      this.authorities.publicKey('clients'),
      this.authorities.publicKey('targets'),
      this.authorities.publicKey('hosts'),
    ])
    return { clients: clients.text, targets: targets.text, hosts: hosts.text }
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
    if (key === undefined)
      throw new InvalidRequest([{ path: 'publicKey', message: 'is no key that is accepted' }])
    for (const connection of input.connections) authorize(by, 'connections:use', connection)
    const terms = certificateTerms(this.clock.now(), BigInt(input.expiresInSeconds))
    const certificate = await this.authorities.issue('clients', {
      ...terms,
      subject: key.blob,
      type: 'user',
      keyId: principalId,
      principals: input.connections,
    })
    const { fingerprint } = key
    const expiresAt = endOf(terms)
    const issued = { serial: terms.serial.toString(), connections: input.connections }
    const ends = { expiresAt: expiresAt.toISOString() }
    await this.database.transaction(async (tx) => {
      await this.certificates.dropExpired(tx, new Date(this.clock.now()))
      const row = { id: uuid(), principalId, fingerprint, expiresAt, ...issued }
      await this.certificates.create(tx, row)
      await this.audit.append(tx, {
        kind: 'principal.certificate-issued',
        principalId,
        body: { ...issued, ...ends, fingerprint },
      })
    })
    const line = `${certificateTypeOf(key.type)} ${certificate.toString('base64')}`
    return { ...issued, ...ends, certificate: line, principalId }
  }

  async list(by: Identity, principalId: string, query: CertificateQuery) {
    authorizeOwnOr(by, principalId, 'principals:read')
    const rows = await this.certificates.list(principalId, query)
    return toPage(rows, query, ({ id }) => id, toAnswer)
  }

  revoke(by: Identity, principalId: string, serial: string): Promise<void> {
    authorizeOwnOr(by, principalId, 'principals:write')
    return this.revocations.revoke(by, {
      name: `certificate ${serial}`,
      take: (tx) => this.certificates.delete(tx, principalId, serial),
      entry: ({ fingerprint }) => ({
        kind: 'principal.certificate-revoked',
        body: { serial, fingerprint, principal: principalId },
      }),
    })
  }
}

function toAnswer(record: CertificateRecord) {
  return {
    ...record,
    expiresAt: record.expiresAt.toISOString(),
    createdAt: record.createdAt.toISOString(),
  }
}
