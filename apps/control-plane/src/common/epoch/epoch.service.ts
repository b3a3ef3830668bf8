import { Injectable } from '@nestjs/common'
import type { Transaction } from '../database/transaction'
import { EpochRepository } from './epoch.repository'

/** PostgreSQL channel on which every replica hears of a new epoch; the payload is the epoch. */
export const epochChannel = 'wardgate_epoch'

/** The policy epoch: grows with every change that can change a verdict, and voids all memos of older ones. */
@Injectable()
export class EpochService {
  constructor(private readonly epochs: EpochRepository) {}

  current(): Promise<bigint> {
    return this.epochs.read()
  }

  /** In the transaction of the change itself: replicas are told when, and only if, it commits. */
  async bump(tx: Transaction): Promise<bigint> {
    const epoch = await this.epochs.increment(tx)
    await this.epochs.notify(tx, epochChannel, epoch.toString())
    return epoch
  }
}
