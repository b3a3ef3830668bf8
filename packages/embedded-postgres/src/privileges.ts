import { createHash } from 'node:crypto'
import { chownSync, mkdirSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** PostgreSQL refuses to run as root; `nobody` exists wherever root does and owns nothing else of ours. */
const unprivileged = { uid: 65534, gid: 65534 }

/** What to pass to spawn so that the child is not root; empty when we are not root ourselves. */
export function spawnIdentity(): { uid?: number; gid?: number } {
  return process.getuid?.() === 0 ? unprivileged : {}
}

/** Whether a user without rights of ours can enter this folder: every ancestor must let others through. */
export function reachableByOthers(folder: string): boolean {
  for (let at = folder; ; at = dirname(at)) {
    if ((statSync(at).mode & 0o005) === 0) return false
    if (at === dirname(at)) return true
  }
}

/** A folder outside of root's private ones, the same for the same `purpose` at every start. */
export function sharedFolder(purpose: string): string {
  const name = createHash('sha256').update(purpose).digest('hex').slice(0, 16)
  const folder = join('/var/lib/wardgate', name)
  mkdirSync(folder, { recursive: true, mode: 0o755 })
  return folder
}

/** Makes `folder` private to the user that the server runs as. */
export function giveToServer(folder: string): void {
  const identity = spawnIdentity()
  if (identity.uid !== undefined) chownSync(folder, identity.uid, unprivileged.gid)
}
