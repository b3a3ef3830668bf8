import { Injectable } from '@nestjs/common'
import { Database } from '../../common/database/database'
import type { Transaction } from '../../common/database/transaction'
import { newestFirst, type PageQuery } from '../../common/http/page'
import { type SealedRow, SealedRows } from '../../common/sealing/sealed-rows'
import type { SshCertificate } from '../../generated/prisma/client'

export type CertificateRecord = SshCertificate

/** Certificates that count: a row is written when one is issued, and taken away when it is revoked. */
@Injectable()
export class CertificatesRepository {
  constructor(
    private readonly database: Database,
    private readonly sealed: SealedRows,
  ) {}

  list(principalId: string, query: PageQuery): Promise<CertificateRecord[]> {
    const page = newestFirst(query)
    const where = { principalId, ...page.where }
    return this.database.prisma.sshCertificate.findMany({ ...page, where })
  }

  async has(principalId: string, serial: string): Promise<boolean> {
    const where = { serial, principalId }
    const found = await this.sealed.readOne(
      () => this.database.prisma.sshCertificate.findFirst({ where }),
      sealedCertificate,
    )
    return found !== null
  }

  /** Those that have ended make room, whoever they were for. */
  async dropExpired(tx: Transaction, now: Date): Promise<void> {
    const where = { expiresAt: { lt: now } }
    const ended = await tx.sshCertificate.findMany({ where, select: { id: true } })
    await tx.sshCertificate.deleteMany({ where: { id: { in: ended.map(({ id }) => id) } } })
    this.sealed.dropAll(tx, 'certificate', ended)
  }

  async create(tx: Transaction, certificate: Omit<CertificateRecord, 'createdAt'>): Promise<void> {
    const created = await tx.sshCertificate.create({ data: certificate })
    await this.sealed.keep(tx, sealedCertificate(created))
  }

  async resealAll(tx: Transaction): Promise<number> {
    const all = await tx.sshCertificate.findMany()
    return this.sealed.keepAll(tx, all.map(sealedCertificate))
  }

  async delete(
    tx: Transaction,
    principalId: string,
    serial: string,
  ): Promise<CertificateRecord | null> {
    const found = await tx.sshCertificate.findFirst({ where: { serial, principalId } })
    if (found === null) return null
    await tx.sshCertificate.delete({ where: { id: found.id } })
    this.sealed.drop(tx, 'certificate', found.id)
    return found
  }
}

/** That it was issued, and not revoked: what it holds for is signed in it. */
function sealedCertificate({ id, serial, principalId }: CertificateRecord): SealedRow {
  return { kind: 'certificate', id, fields: { id, serial, principalId } }
}
