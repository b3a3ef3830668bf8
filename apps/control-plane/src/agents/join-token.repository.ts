import { Injectable } from '@nestjs/common'
import { Database } from '../common/database/database'
import type { Transaction } from '../common/database/transaction'
import { newestFirst, type PageQuery } from '../common/http/page'

export interface NewJoinToken {
  readonly id: string
  readonly digest: Uint8Array<ArrayBuffer>
  readonly agentName: string
  readonly connections: string[]
  readonly expiresAt: Date
  readonly createdBy: string
}

@Injectable()
export class JoinTokenRepository {
  constructor(private readonly database: Database) {}

  async create(tx: Transaction, token: NewJoinToken): Promise<void> {
    await tx.joinToken.create({ data: token })
  }

  /** Takes the token, once: whoever comes second finds nothing. */
  async take(tx: Transaction, digest: Uint8Array<ArrayBuffer>) {
    const { count } = await tx.joinToken.updateMany({
      where: { digest, usedAt: null, expiresAt: { gt: new Date() } },
      data: { usedAt: new Date() },
    })
    return count === 1 ? tx.joinToken.findUnique({ where: { digest } }) : null
  }

  async recordAgent(tx: Transaction, id: string, agentId: string): Promise<void> {
    await tx.joinToken.update({ where: { id }, data: { usedByAgent: agentId } })
  }

  list(query: PageQuery) {
    return this.database.prisma.joinToken.findMany({
      ...newestFirst(query),
      omit: { digest: true },
    })
  }
}
