import { createLogger } from '@wardgate/logger'
import { createApp } from '../app'
import { NestLogger } from '../common/logging'
import type { Config } from '../config/config'

/** Runs the control plane until a signal ends it. */
export async function serve(config: Config): Promise<void> {
  const logger = createLogger({ name: 'control-plane', level: config.logLevel })
  const app = await createApp(config, new NestLogger(logger))
  await app.listen(config.rest.port, config.rest.host)
  logger.info({ url: config.publicUrl, ...config.rest }, 'control plane ready')
}
