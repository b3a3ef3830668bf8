import { Injectable } from '@nestjs/common'
import { Database } from '../common/database/database'
import type { Transaction } from '../common/database/transaction'
import type { Bytes } from '../common/sealing/envelope'
import { type SealedRow, SealedRows } from '../common/sealing/sealed-rows'
import type { ConsoleSession } from '../generated/prisma/client'

@Injectable()
export class ConsoleSessionsRepository {
  constructor(
    private readonly database: Database,
    private readonly sealed: SealedRows,
  ) {}

  find(digest: Bytes) {
    return this.sealed.read(
      () => this.database.prisma.consoleSession.findUnique({ where: { digest } }),
      (session) => (session === null || hasExpired(session) ? [] : [sealedSession(session)]),
    )
  }

  async create(tx: Transaction, session: Omit<ConsoleSession, 'createdAt'>): Promise<void> {
    await tx.consoleSession.create({ data: session })
    await this.sealed.keep(tx, sealedSession(session), session.expiresAt)
  }

  /** The principal whose session it was. */
  async delete(tx: Transaction, digest: Bytes): Promise<string | undefined> {
    const session = await tx.consoleSession.findUnique({ where: { digest } })
    if (session === null) return undefined
    await tx.consoleSession.deleteMany({ where: { digest } })
    this.drop(tx, session)
    return session.principalId
  }

  async deleteExpired(tx: Transaction, now: Date): Promise<void> {
    await tx.consoleSession.deleteMany({ where: { expiresAt: { lt: now } } })
  }

  async endAllOf(tx: Transaction, principalId: string): Promise<void> {
    const ended = await tx.consoleSession.findMany({ where: { principalId } })
    await tx.consoleSession.deleteMany({ where: { principalId } })
    for (const session of ended) this.drop(tx, session)
  }

  private drop(tx: Transaction, session: ConsoleSession): void {
    this.sealed.drop(tx, 'console-session', sealedSession(session).id)
  }
}

function sealedSession({ digest, principalId, expiresAt }: Omit<ConsoleSession, 'createdAt'>) {
  const id = Buffer.from(digest).toString('hex')
  const fields = { id, principalId, expiresAt: expiresAt.toISOString() }
  return { kind: 'console-session', id, fields } satisfies SealedRow
}

/** Gives nobody anything, and the ledger has forgotten it. */
function hasExpired({ expiresAt }: ConsoleSession): boolean {
  return expiresAt.getTime() <= Date.now()
}
