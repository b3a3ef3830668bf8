import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { controlPlaneEnvironment, type Surroundings } from '../environments'
import type { Parts } from '../parts'

/**
 * A home from before there was a ledger of seals: rows are taken as they stand, once. The note lies beside the master key, out of
 * reach of who writes the database. A database that was just made has nothing to seal.
 */
export async function sealRowsOnce(
  surroundings: Surroundings,
  isNew: boolean,
  parts: Parts,
): Promise<void> {
  const { home, root } = surroundings.settings
  const note = join(home, 'rows-in-ledger')
  if (existsSync(note)) return
  if (!isNew) {
    const script = join(root, 'apps/control-plane/dist/main.js')
    await parts.output([process.execPath, script, 'reseal'], controlPlaneEnvironment(surroundings))
  }
  writeFileSync(note, '', { mode: 0o600 })
}
