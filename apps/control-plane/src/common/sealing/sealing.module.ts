import { Global, Module } from '@nestjs/common'
import { Config } from '../../config/config'
import { MasterKeyRing, readMasterKeys } from './master-key'
import { RowSeals } from './row-seals'
import { SealService } from './seal.service'
import { SealedSecretRepository } from './sealed-secret.repository'
import { SecretStore } from './secret-store'

@Global()
@Module({
  providers: [
    { provide: MasterKeyRing, inject: [Config], useFactory: readMasterKeys },
    SealService,
    SealedSecretRepository,
    SecretStore,
    RowSeals,
  ],
  exports: [MasterKeyRing, RowSeals, SealService, SecretStore],
})
export class SealingModule {}
