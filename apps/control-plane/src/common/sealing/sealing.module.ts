import { Global, Module } from '@nestjs/common'
import { Config } from '../../config/config'
import { LedgerRepository } from './ledger.repository'
import { MasterKeyRing, readMasterKeys } from './master-key'
import { RowSeals } from './row-seals'
import { SealLedger } from './seal-ledger'
import { SealService } from './seal.service'
import { SealedSecretRepository } from './sealed-secret.repository'
import { SealedRows } from './sealed-rows'
import { SecretStore } from './secret-store'

@Global()
@Module({
  providers: [
    { provide: MasterKeyRing, inject: [Config], useFactory: readMasterKeys },
    SealService,
    SealedSecretRepository,
    SecretStore,
    RowSeals,
    LedgerRepository,
    SealLedger,
    SealedRows,
  ],
  exports: [MasterKeyRing, RowSeals, SealLedger, SealedRows, SealService, SecretStore],
})
export class SealingModule {}
