import { Injectable } from '@nestjs/common'
import type { Transaction } from '../common/database/transaction'

@Injectable()
export class BootstrapRepository {
  /** One replica at a time; given back at the end of the transaction. */
  async lock(tx: Transaction): Promise<void> {
    await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtext('wardgate bootstrap'))`
  }
}
