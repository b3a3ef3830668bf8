import { ConfigError } from '@wardgate/errors'
import { replaceFile } from '@wardgate/state-file'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Settings } from './settings'

type Placed = Pick<Settings, 'home' | 'ports'>

/**
 * Refuses ports that the home was not made with. Its databases know the identity provider and the sample by them: all that log in
 * would be refused by a control plane that runs well otherwise.
 */
export function requirePortBase(settings: Placed): void {
  const file = noteFile(settings)
  const made = existsSync(file) ? readFileSync(file, 'utf8') : baseOf(settings)
  if (made === baseOf(settings)) return
  const message = `the state in ${settings.home} was made with WARDGATE_PORT_BASE=${made}`
  throw new ConfigError('ERR_CONFIG_INVALID', message, {
    nextStep: `Start it with that, or name another folder for this: WARDGATE_HOME=… WARDGATE_PORT_BASE=${baseOf(settings)} npm start`,
  })
}

/** Once nothing else has these ports: a start that was refused binds the home to nothing. */
export function notePortBase(settings: Placed): void {
  if (!existsSync(noteFile(settings))) replaceFile(noteFile(settings), baseOf(settings))
}

function noteFile({ home }: Placed): string {
  return join(home, 'port-base')
}

function baseOf({ ports }: Placed): string {
  return String(ports.rest)
}
