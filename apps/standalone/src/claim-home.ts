import { ConfigError } from '@wardgate/errors'
import { lockFile } from '@wardgate/state-file'
import { join } from 'node:path'
import { endLeftovers, hasEnded, runnerLimitMillis } from './processes/end-leftovers'
import { runnerName, type Ledger } from './processes/ledger'

/**
 * Makes this process the one runner of the home, and ends what a killed one left there. An earlier runner that is about to end is
 * waited for. Resolves with what gives the home back.
 */
export async function claimHome(
  home: string,
  ledger: Ledger,
  progress: (step: string) => void,
): Promise<() => void> {
  const ending = ledger.leftovers().find(({ name, isEnding }) => name === runnerName && isEnding)
  if (ending !== undefined) {
    progress('waiting for the earlier run to end')
    await hasEnded(ending, runnerLimitMillis)
  }
  const lock = lockFile(join(home, 'standalone.lock'))
  if (lock.kind === 'taken') throw runsAlready(lock.pid)
  // One from before there was a lock.
  const leftovers = ledger.leftovers()
  const runner = leftovers.find(({ name }) => name === runnerName)
  if (runner !== undefined) {
    lock.release()
    throw runsAlready(runner.pid)
  }
  if (leftovers.length > 0)
    progress(`ending what an earlier run left: ${leftovers.map(({ name }) => name).join(', ')}`)
  await endLeftovers(home, leftovers)
  return () => lock.release()
}

function runsAlready(pid: number): ConfigError {
  return new ConfigError('ERR_CONFIG_INVALID', `it runs already in this home (process ${pid})`, {
    nextStep: 'npm run stop ends it; WARDGATE_HOME and WARDGATE_PORT_BASE set another one apart.',
  })
}
