import { replaceFile } from '@wardgate/state-file'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { hasIdentity } from '../agent-identity'
import { haveDatabases } from '../databases'
import type { Settings } from '../settings'
import { provisioning, type ProvisionOptions } from './provision'

/** Whether an earlier start made all that this one would make, and it is there still. */
export function isProvisioned(settings: Settings, wanted: ProvisionOptions): boolean {
  const note = noteFile(settings)
  return (
    existsSync(note) &&
    readFileSync(note, 'utf8') === digestOf(wanted) &&
    hasIdentity(settings) &&
    haveDatabases(settings)
  )
}

export function noteProvisioned(settings: Settings, wanted: ProvisionOptions): void {
  replaceFile(noteFile(settings), digestOf(wanted))
}

function noteFile({ home }: Settings): string {
  return join(home, 'provisioned')
}

/** Another version's sample, or other ports, have another one: then the start makes what is missing. */
function digestOf(wanted: ProvisionOptions): string {
  return createHash('sha256')
    .update(JSON.stringify(provisioning(wanted)))
    .digest('hex')
}
