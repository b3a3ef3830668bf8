import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { processBirth } from './process-birth'

export interface HeldLock {
  readonly kind: 'held'
  release(): void
}

export interface TakenLock {
  readonly kind: 'taken'
  /** Process that holds it. */
  readonly pid: number
}

/** Makes this process the one holder of the lock, also where a killed one left it; or says who holds it. */
export function lockFile(path: string): HeldLock | TakenLock {
  const own = `${path}.${process.pid}`
  // Linked, so that the lock is never seen without its content, which would look like a left one.
  writeFileSync(own, `${process.pid} ${processBirth(process.pid)}\n`, { mode: 0o600 })
  try {
    return acquire(path, own)
  } finally {
    rmSync(own, { force: true })
  }
}

function acquire(path: string, own: string): HeldLock | TakenLock {
  for (;;) {
    if (link(own, path)) return { kind: 'held', release: () => rmSync(path, { force: true }) }
    const pid = holderOf(path)
    if (pid !== undefined) return { kind: 'taken', pid }
    removeLeft(path, own)
  }
}

/** One at a time: between look and removal the lock could have become somebody's. */
function removeLeft(path: string, own: string): void {
  const removal = `${path}.removal`
  if (!link(own, removal)) {
    if (holderOf(removal) === undefined) rmSync(removal, { force: true })
    return
  }
  try {
    if (holderOf(path) === undefined) rmSync(path, { force: true })
  } finally {
    rmSync(removal, { force: true })
  }
}

function link(own: string, path: string): boolean {
  try {
    linkSync(own, path)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

/** Undefined when the one who made it is gone. */
function holderOf(path: string): number | undefined {
  const [pid = '', birth = ''] = read(path).trim().split(' ')
  const id = Number(pid)
  if (!Number.isInteger(id) || id <= 0 || id === process.pid) return undefined
  return exists(id) && processBirth(id) === birth ? id : undefined
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
