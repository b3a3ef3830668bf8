import { createApp } from './app'
import { readConfig } from './config/env'
import { processEnv } from './config/process-env'

async function serve(): Promise<void> {
  const config = readConfig(processEnv)
  const app = await createApp(config, false)
  await app.listen(config.rest.port, config.rest.host)
}

void serve()
