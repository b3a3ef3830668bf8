import { GatewayError } from '@wardgate/errors'
import { containHttp2 } from '@wardgate/http2'
import { createLogger } from '@wardgate/logger'
import { rekey } from './commands/rekey'
import { reseal } from './commands/reseal'
import { serve } from './commands/serve'
import { readConfig } from './config/env'
import { processEnv } from './config/process-env'

async function main([command = 'serve', ...args]: readonly string[]): Promise<void> {
  containHttp2()
  const config = readConfig(processEnv)
  if (command === 'serve') await serve(config)
  else if (command === 'rekey') await rekey(config, args)
  else if (command === 'reseal') await reseal(config)
  else throw new TypeError(`unknown command ${command}; there are: serve, rekey, reseal`)
}

main(process.argv.slice(2)).catch((error: unknown) => {
  const logger = createLogger({ name: 'control-plane', level: 'error' })
  const nextStep = error instanceof GatewayError ? error.nextStep : undefined
  logger.error({ err: error, nextStep }, 'control plane failed')
  process.exitCode = 1
  // What was begun may keep the process alive; it is of no use any more.
  setImmediate(() => process.exit())
})
