import 'reflect-metadata'
import { AppModule } from './app.module'
import { describeApi } from './common/openapi/describe-api'
import { controllersOf } from './common/openapi/controllers-of'
import { version } from './common/version'
import type { Config } from './config/config'

/** The API's description as it is kept in the repository; printed when this file is run. */
export function openApiText(): string {
  // Module metadata alone is read; nothing of the configuration is.
  // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment
  const controllers = controllersOf(AppModule.with({} as Config))
  return `${JSON.stringify(describeApi(controllers, version), null, 2)}\n`
}

if (require.main === module) process.stdout.write(openApiText())
