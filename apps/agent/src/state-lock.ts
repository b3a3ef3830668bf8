import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { ConfigError } from '@wardgate/errors'
import { type HeldLock, lockFile } from '@wardgate/state-file'

/** Two agents on one state folder would write one spool: the second one is refused. */
export function lockState(folder: string): HeldLock {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const lock = lockFile(join(folder, 'agent.lock'))
  if (lock.kind === 'held') return lock
  throw new ConfigError('ERR_CONFIG_INVALID', `another agent uses ${folder}`, {
    nextStep: 'Give each agent its own WARDGATE_STATE_DIR.',
  })
}
