import { Injectable } from '@nestjs/common'
import { Database } from '../database/database'
import type { Bytes } from '../sealing/envelope'

export interface IdempotencyId {
  readonly principalId: string
  readonly key: string
}

@Injectable()
export class IdempotencyRepository {
  constructor(private readonly database: Database) {}

  find(id: IdempotencyId) {
    return this.database.prisma.idempotencyKey.findUnique({ where: { principalId_key: id } })
  }

  /** False when somebody has it already. */
  async claim(id: IdempotencyId, digest: Bytes, status: number): Promise<boolean> {
    const data = [{ ...id, digest, status, body: {} }]
    const { count } = await this.database.prisma.idempotencyKey.createMany({
      data,
      skipDuplicates: true,
    })
    return count === 1
  }

  async answer(id: IdempotencyId, status: number, body: object): Promise<void> {
    await this.database.prisma.idempotencyKey.update({
      where: { principalId_key: id },
      data: { status, body },
    })
  }

  async release(id: IdempotencyId, before?: Date): Promise<void> {
    await this.database.prisma.idempotencyKey.deleteMany({
      where: { ...id, ...(before === undefined ? {} : { createdAt: { lt: before } }) },
    })
  }

  async deleteOlder(principalId: string, before: Date): Promise<void> {
    await this.database.prisma.idempotencyKey.deleteMany({
      where: { principalId, createdAt: { lt: before } },
    })
  }
}
