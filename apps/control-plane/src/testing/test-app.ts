import { freePort } from '@wardgate/gateway/testing'
import { randomBytes } from 'node:crypto'
import type { NestFastifyApplication } from '@nestjs/platform-fastify'
import { createApp } from '../app'
import type { Config } from '../config/config'
import { readConfig } from '../config/env'
import { stoppedAtTheEnd, stopLeftovers } from './leftovers'
import { startTestDatabase, type TestDatabase } from './test-database'

afterAll(stopLeftovers, 30_000)

export interface TestApp {
  readonly app: NestFastifyApplication
  readonly config: Config
  readonly database: TestDatabase
  /** Where it listens. */
  readonly url: string
  stop(): Promise<void>
}

/** The whole control plane on a database of its own, listening on a port of its own. */
export async function startTestApp(
  env: Readonly<Record<string, string>> = {},
  database?: TestDatabase,
): Promise<TestApp> {
  const own = database ?? (await startTestDatabase())
  const [rest, grpc, enrolment] = [await freePort(), await freePort(), await freePort()]
  const config = readConfig({
    DATABASE_URL: own.url,
    WARDGATE_LISTEN: `127.0.0.1:${rest}`,
    WARDGATE_GRPC_LISTEN: `127.0.0.1:${grpc}`,
    WARDGATE_ENROLMENT_LISTEN: `127.0.0.1:${enrolment}`,
    WARDGATE_CONSOLE_DIR: '/nonexistent',
    WARDGATE_MASTER_KEY: randomBytes(32).toString('base64'),
    ...env,
  })
  const app = await createApp(config, false)
  const stopApp = stoppedAtTheEnd(() => app.close())
  await app.listen(config.rest.port, config.rest.host)
  return {
    app,
    config,
    database: own,
    url: `http://127.0.0.1:${rest}`,
    stop: async () => {
      await stopApp()
      if (database === undefined) await own.stop()
    },
  }
}
