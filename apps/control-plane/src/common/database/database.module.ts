import { Global, Logger, Module } from '@nestjs/common'
import { Config } from '../../config/config'
import { Database } from './database'
import { DatabaseListener } from './listener'
import { migrateDatabase } from './migrate'

const logger = new Logger('database')
const report = (err: Error) => logger.error({ err }, 'database connection failed')

/** Whoever injects `Database` gets it after all migrations have been applied. */
@Global()
@Module({
  providers: [
    {
      provide: Database,
      inject: [Config],
      useFactory: async ({ database }: Config) => {
        const applied = await migrateDatabase(database.url.reveal())
        for (const migration of applied) logger.log({ migration }, 'migration applied')
        return new Database({
          url: database.url.reveal(),
          connections: database.connections,
          onError: report,
        })
      },
    },
    {
      provide: DatabaseListener,
      inject: [Config],
      useFactory: ({ database }: Config) => new DatabaseListener(database.url.reveal(), report),
    },
  ],
  exports: [Database, DatabaseListener],
})
export class DatabaseModule {}
