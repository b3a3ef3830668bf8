import { chownSync, statSync } from 'node:fs'
import { dirname } from 'node:path'

/** PostgreSQL refuses to run as root; `nobody` exists wherever root does and owns nothing else of ours. */
const unprivileged = { uid: 65534, gid: 65534 }

/** What to pass to spawn so that the child is not root; empty when we are not root ourselves. */
export function spawnIdentity(): { uid?: number; gid?: number } {
  return process.getuid?.() === 0 ? unprivileged : {}
}

/** Whether a user without rights of ours can enter this folder: every ancestor must let others through. */
export function reachableByOthers(folder: string): boolean {
  for (let at = folder; ; at = dirname(at)) {
    if ((statSync(at).mode & 0o001) === 0) return false
    if (at === dirname(at)) return true
  }
}

/** Makes `folder` private to the user that the server runs as. */
export function giveToServer(folder: string): void {
  const identity = spawnIdentity()
  if (identity.uid !== undefined) chownSync(folder, identity.uid, unprivileged.gid)
}
