import { parseArgs } from 'node:util'
import { NestFactory } from '@nestjs/core'
import { ConfigError } from '@wardgate/errors'
import { createLogger } from '@wardgate/logger'
import { AuditModule } from '../audit/audit.module'
import { ClockModule } from '../common/clock'
import { DatabaseModule } from '../common/database/database.module'
import { EpochModule } from '../common/epoch/epoch.module'
import { NestLogger } from '../common/logging'
import { MasterKeyRing, readMasterKeyFile } from '../common/sealing/master-key'
import { SealingModule } from '../common/sealing/sealing.module'
import type { Config } from '../config/config'
import { ConfigModule } from '../config/config.module'
import { RekeyModule } from '../credentials/rekey.module'
import { RekeyService } from '../credentials/rekey.service'
import { Module } from '@nestjs/common'

@Module({
  imports: [ClockModule, DatabaseModule, EpochModule, SealingModule, AuditModule, RekeyModule],
})
class RekeyApp {}

/** `rekey --new-master-key-file F`: what the configured master key wraps is wrapped by the first key in F. */
export async function rekey(config: Config, args: readonly string[]): Promise<void> {
  const options = { 'new-master-key-file': { type: 'string' } } as const
  const { values } = parseArgs({ args: [...args], options })
  const file = values['new-master-key-file']
  if (file === undefined)
    throw new ConfigError('ERR_CONFIG_INVALID', 'rekey needs --new-master-key-file')
  const next = readMasterKeyFile(file).current
  const logger = createLogger({ name: 'control-plane', level: config.logLevel })
  const app = await NestFactory.createApplicationContext(
    { module: RekeyApp, imports: [ConfigModule.with(config)] },
    // Nest's type of options is a class that nobody instantiates.
    // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment
    { logger: new NestLogger(logger), abortOnError: false },
  )
  try {
    const rewrapped = await app.get(RekeyService).rekey(app.get(MasterKeyRing), next)
    logger.info({ rewrapped, masterKeyId: next.id }, 'master key changed')
  } finally {
    await app.close()
  }
}
