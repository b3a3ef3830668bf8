// Two commands that install and build one checkout at once would get in each other's way.
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

/** Does the work when no other process does any under this path; one that was killed is not waited for. */
export async function oneAtATime(path, work) {
  mkdirSync(dirname(path), { recursive: true })
  const own = `${path}.${process.pid}`
  writeFileSync(own, `${process.pid} ${birthOf(process.pid)}`)
  let waited = false
  while (!taken(own, path)) {
    const holder = holderOf(path)
    if (holder === undefined) rmSync(path, { force: true })
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
    const isThere = Number(pid) > 0 && pid !== String(process.pid) && exists(Number(pid))
    return isThere && birthOf(pid) === birth ? pid : undefined
  } catch {
    return undefined
  }
}

function exists(pid) {
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
