import { ConfigError, toGatewayError } from '@wardgate/errors'
import type { Logger as Log } from '@wardgate/logger'
import type { Config } from '../config/env'
import { Backoff } from '../control/backoff'
import { enrol } from './enrol'
import { type Identity, loadIdentity, saveIdentity } from './identity'

const firstBackoffMillis = 250
const maximumBackoffMillis = 10_000

type Needed = Pick<Config, 'agentName' | 'enrolment' | 'joinToken' | 'stateFolder'>

/**
 * The stored identity, or a new one for the join token. Waits for a control plane that is not up yet; undefined when
 * the signal ended that wait.
 */
export async function obtainIdentity(
  config: Needed,
  options: { readonly version: string; readonly log: Log; readonly signal: AbortSignal },
): Promise<Identity | undefined> {
  const stored = loadIdentity(config.stateFolder)
  if (stored !== undefined) return stored
  const { enrolment, joinToken } = config
  if (enrolment === undefined || joinToken === undefined) {
    throw new ConfigError('ERR_CONFIG_INVALID', 'the agent is not enrolled yet', {
      nextStep: 'Set WARDGATE_ENROLMENT and WARDGATE_JOIN_TOKEN or WARDGATE_JOIN_TOKEN_FILE.',
    })
  }
  const request = {
    address: enrolment,
    agentName: config.agentName,
    joinToken: joinToken.reveal(),
    version: options.version,
  }
  const backoff = new Backoff({
    firstMillis: firstBackoffMillis,
    maximumMillis: maximumBackoffMillis,
    random: Math.random,
  })
  while (!options.signal.aborted) {
    try {
      const identity = await enrol(request)
      saveIdentity(config.stateFolder, identity)
      return identity
    } catch (caught) {
      const error = toGatewayError(caught)
      if (error.code !== 'ERR_CONTROL_UNAVAILABLE') throw error
      options.log.warn({ err: error }, 'waiting for the control plane')
      await wait(backoff.next(), options.signal)
    }
  }
  return undefined
}

function wait(millis: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, millis)
    signal.addEventListener('abort', done, { once: true })
  })
}
