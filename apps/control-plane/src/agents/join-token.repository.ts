import { Injectable } from '@nestjs/common'
import { Database } from '../common/database/database'
import type { Transaction } from '../common/database/transaction'
import { newestFirst, type PageQuery } from '../common/http/page'
import { SealedRows } from '../common/sealing/sealed-rows'
import { sealedJoinToken } from './sealed-agent'

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
  constructor(
    private readonly database: Database,
    private readonly sealed: SealedRows,
  ) {}

  async create(tx: Transaction, token: NewJoinToken): Promise<void> {
    await tx.joinToken.create({ data: token })
    await this.sealed.keep(tx, sealedJoinToken(token), token.expiresAt)
  }

  /** Takes the token, once: whoever comes second finds nothing. */
  async take(tx: Transaction, digest: Uint8Array<ArrayBuffer>) {
    const { count } = await tx.joinToken.updateMany({
      where: { digest, usedAt: null, expiresAt: { gt: new Date() } },
      data: { usedAt: new Date() },
    })
    if (count === 0) return null
    // Fresh: one that another replica has just taken must not be put back.
    const token = await this.sealed.read(
      () => tx.joinToken.findUniqueOrThrow({ where: { digest } }),
      (taken) => [sealedJoinToken(taken)],
      { tx, isFresh: true },
    )
    this.sealed.drop(tx, 'join-token', token.id)
    return token
  }

  /** The token, when nobody has used it; whoever comes with it from now on finds nothing. */
  async withdraw(tx: Transaction, id: string) {
    const [token] = await tx.$queryRaw<{ agentName: string }[]>`
      DELETE FROM join_tokens WHERE id = ${id}::uuid AND used_at IS NULL
      RETURNING agent_name AS "agentName"`
    if (token !== undefined) this.sealed.drop(tx, 'join-token', id)
    return token
  }

  async isKnown(tx: Transaction, id: string): Promise<boolean> {
    return (await tx.joinToken.count({ where: { id } })) === 1
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
