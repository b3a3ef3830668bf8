import { Injectable } from '@nestjs/common'
import { Database } from '../../common/database/database'
import type { Transaction } from '../../common/database/transaction'
import { newestFirst, type PageQuery } from '../../common/http/page'
import type { SshCertificate } from '../../generated/prisma/client'

export type CertificateRecord = SshCertificate

/** Certificates that count: a row is written when one is issued, and taken away when it is revoked. */
@Injectable()
export class CertificatesRepository {
  constructor(private readonly database: Database) {}

  list(principalId: string, query: PageQuery): Promise<CertificateRecord[]> {
    const page = newestFirst(query)
    const where = { principalId, ...page.where }
    return this.database.prisma.sshCertificate.findMany({ ...page, where })
  }

  async has(principalId: string, serial: string): Promise<boolean> {
    const where = { serial, principalId }
    return (await this.database.prisma.sshCertificate.count({ where })) > 0
  }

  /** Those that have ended make room, whoever they were for. */
  async dropExpired(tx: Transaction, now: Date): Promise<void> {
    await tx.sshCertificate.deleteMany({ where: { expiresAt: { lt: now } } })
  }

  create(tx: Transaction, certificate: Omit<CertificateRecord, 'createdAt'>) {
    return tx.sshCertificate.create({ data: certificate })
  }

  async delete(
    tx: Transaction,
    principalId: string,
    serial: string,
  ): Promise<CertificateRecord | null> {
    const found = await tx.sshCertificate.findFirst({ where: { serial, principalId } })
    if (found !== null) await tx.sshCertificate.delete({ where: { id: found.id } })
    return found
  }
}
