import { type GatewayError, toGatewayError } from '@wardgate/errors'
import { containHttp2 } from '@wardgate/http2'
import { createLogger } from '@wardgate/logger'
import { protocols } from '@wardgate/protocols'
import { noSpans, startTracing } from '@wardgate/tracing'
import { Agent } from './agent'
import { readConfig } from './config/env'
import { processEnv } from './config/process-env'
import { exitCodeOf, exitCodes } from './ending'
import { obtainIdentity } from './enrolment/obtain-identity'
import { lockState } from './state-lock'
import { version } from './version'

async function main(): Promise<number> {
  containHttp2()
  const stop = new AbortController()
  // Each time: it may be asked by several, and a second word must not cut short what the first began.
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => stop.abort())
  const config = readConfig(processEnv, protocols)
  const log = createLogger({ name: 'agent', level: config.logLevel })
  const lock = lockState(config.stateFolder)
  const tracing =
    config.traces === undefined ? undefined : await startTracing('wardgate-agent', config.traces)
  try {
    const identity = await obtainIdentity(config, { version, log, signal: stop.signal })
    if (identity === undefined) return exitCodes.stopped
    let failure: GatewayError | undefined
    const ended = (error?: GatewayError): void => {
      failure = error
      stop.abort()
    }
    const spans = tracing?.spans ?? noSpans
    const agent = new Agent({ config, identity, protocols, version, log, spans, ended })
    try {
      await agent.start()
      await aborted(stop.signal)
    } finally {
      await agent.stop()
    }
    if (failure === undefined) return exitCodes.stopped
    throw failure
  } finally {
    await tracing?.stop()
    lock.release()
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
}

/** The one place that tells why the process ends. */
function report(caught: unknown): number {
  const error = toGatewayError(caught)
  const log = createLogger({ name: 'agent', level: 'error' })
  log.error({ err: error, code: error.code, nextStep: error.nextStep }, 'agent ends')
  return exitCodeOf(error)
}

void main()
  .catch(report)
  .then((code) => process.exit(code))
