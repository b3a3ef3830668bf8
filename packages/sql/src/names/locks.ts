import { integer, text, unwrap, type Tree } from '../tree'

/** LockStmt.mode: lockdefs.h counts from ACCESS SHARE = 1. */
const tableLocks = [
  'access share',
  'row share',
  'row exclusive',
  'share update exclusive',
  'share',
  'share row exclusive',
  'exclusive',
  'access exclusive',
] as const

/** LockingClause.strength. */
const rowLocks: Readonly<Record<string, string>> = {
  LCS_FORKEYSHARE: 'for key share',
  LCS_FORSHARE: 'for share',
  LCS_FORNOKEYUPDATE: 'for no key update',
  LCS_FORUPDATE: 'for update',
}

/** How LOCK TABLE says its lock; of a mode that is not known, the strongest. */
export function tableLock(lock: Tree): string {
  return tableLocks[integer(lock, 'mode') - 1] ?? 'access exclusive'
}

/** How a locking clause of SELECT says its lock; of a strength that is not known, the strongest. */
export function rowLock(clause: Tree): string {
  return rowLocks[text(unwrap(clause).body, 'strength')] ?? 'for update'
}
