// Two commands that install and build one checkout at once would get in each other's way.
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

/** Does the work when no other process does any under this path; one that was killed is not waited for. */
export async function oneAtATime(path, work) {
  mkdirSync(dirname(path), { recursive: true })
  const own = `${path}.${process.pid}`
  writeFileSync(own, String(process.pid))
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

function holderOf(path) {
  try {
    const pid = Number(readFileSync(path, 'utf8'))
    if (pid === process.pid) return undefined
    process.kill(pid, 0)
    return pid
  } catch (error) {
    return error.code === 'EPERM' ? 0 : undefined
  }
}
