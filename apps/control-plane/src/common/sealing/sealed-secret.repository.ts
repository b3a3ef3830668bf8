import { Injectable } from '@nestjs/common'
import { Database } from '../database/database'
import type { Sealed } from './seal.service'

@Injectable()
export class SealedSecretRepository {
  constructor(private readonly database: Database) {}

  find(name: string) {
    return this.database.prisma.sealedSecret.findUnique({ where: { name } })
  }

  /** The first of several replicas wins; the others find its secret. */
  async createIfAbsent(name: string, value: Sealed): Promise<void> {
    await this.database.prisma.sealedSecret.createMany({
      data: [{ name, ...value }],
      skipDuplicates: true,
    })
  }
}
