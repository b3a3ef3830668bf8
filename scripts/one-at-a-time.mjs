// Two commands that install and build one checkout at once would get in each other's way.
import {
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

/** Does the work when no other process does any under this path; one that was killed is not waited for. `purpose` is for `endWorkersFor`. */
export async function oneAtATime(path, work, purpose = '') {
  mkdirSync(dirname(path), { recursive: true })
  const own = `${path}.${process.pid}`
  writeFileSync(own, `${process.pid} ${birthOf(process.pid)} ${purpose}`)
  let waited = false
  while (!taken(own, path)) {
    const holder = holderOf(path)
    if (holder === undefined) removeLeft(path, own)
    else if (!waited) console.error(`waiting for process ${holder}, which installs or builds`)
    waited ||= holder !== undefined
    await delay(100)
  }
  rmSync(own)
  try {
    return await work()
  } finally {
    rmSync(path, { force: true })
  }
}

/** Ends the processes that work under this path, or wait for their turn, for this purpose; which ones they were. */
export async function endWorkersFor(path, purpose) {
  const found = workersFor(path, purpose)
  await Promise.all(found.map(end))
  return found
}

function workersFor(path, purpose) {
  const found = new Set()
  const folder = dirname(path)
  for (const name of existsSync(folder) ? readdirSync(folder) : []) {
    const file = join(folder, name)
    const isLock = name === basename(path) || name.startsWith(`${basename(path)}.`)
    const worker = isLock && purposeOf(file) === purpose ? holderOf(file) : undefined
    if (worker !== undefined) found.add(Number(worker))
  }
  return [...found]
}

async function end(pid) {
  const birth = birthOf(pid)
  try {
    process.kill(pid, 'SIGTERM')
  } catch (error) {
    // It ended between look and signal.
    if (error.code !== 'ESRCH') throw error
  }
  while (isRunning(pid) && birthOf(pid) === birth) await delay(50)
}

function purposeOf(file) {
  try {
    return readFileSync(file, 'utf8').split(' ').slice(2).join(' ')
  } catch {
    return undefined
  }
}

/** By one at a time: between look and removal the lock could have become somebody's. */
function removeLeft(path, own) {
  const removal = `${path}.removal`
  const isOurs = taken(own, removal)
  if (isOurs && holderOf(path) === undefined) rmSync(path, { force: true })
  if (isOurs || holderOf(removal) === undefined) rmSync(removal, { force: true })
}

/** Linked: nobody sees it without its content. */
function taken(own, path) {
  try {
    linkSync(own, path)
    return true
  } catch (error) {
    if (error.code === 'EEXIST') return false
    throw error
  }
}

/** Undefined when the one who made it is gone, also where its number is another program's by now. */
function holderOf(path) {
  try {
    const [pid, birth] = readFileSync(path, 'utf8').split(' ')
    const isThere = Number(pid) > 0 && pid !== String(process.pid) && isRunning(Number(pid))
    return isThere && birthOf(pid) === birth ? pid : undefined
  } catch {
    return undefined
  }
}

function isRunning(pid) {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error.code === 'EPERM'
  }
}

/** As `processBirth` of packages/state-file, which may not be compiled yet. */
function birthOf(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const [state, ...later] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return state === 'Z' ? '-' : later[18]
  } catch {
    return '-'
  }
}
