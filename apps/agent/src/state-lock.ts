import { closeSync, mkdirSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { ConfigError } from '@wardgate/errors'

/** Two agents on one state folder would write one spool: the second one is refused. */
export function lockState(folder: string): { release(): void } {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const path = join(folder, 'agent.lock')
  for (let attempt = 0; attempt < 2; attempt += 1) {
    try {
      const file = openSync(path, 'wx', 0o600)
      writeSync(file, `${process.pid} ${birthOf(process.pid)}\n`)
      closeSync(file)
      return { release: () => rmSync(path, { force: true }) }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
      if (isHeld(path)) break
      rmSync(path, { force: true })
    }
  }
  throw new ConfigError('ERR_CONFIG_INVALID', `another agent uses ${folder}`, {
    nextStep: 'Give each agent its own WARDGATE_STATE_DIR.',
  })
}

function isHeld(path: string): boolean {
  const [pid = '', birth = ''] = readFileSync(path, 'utf8').trim().split(' ')
  const id = Number(pid)
  if (!Number.isInteger(id) || id <= 0 || id === process.pid) return false
  try {
    process.kill(id, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
  // Process numbers come again; the time of birth tells one from the other.
  return birthOf(id) === birth
}

/** Field 22 of /proc/<pid>/stat (proc(5)): start time in clock ticks after boot. `-` where there is no procfs. */
function birthOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '-'
  } catch {
    return '-'
  }
}
