import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { processArguments } from './process-arguments'

const waitMillis = 10_000

/** Ends a server that an earlier, killed run left on this very directory. Other processes are never touched. */
export async function stopLeftover(directory: string): Promise<void> {
  const pid = leftoverPid(directory)
  if (pid === undefined) return
  process.kill(pid, 'SIGINT')
  const deadline = Date.now() + waitMillis
  while (isServerOf(pid, directory)) {
    if (Date.now() > deadline) process.kill(pid, 'SIGQUIT')
    await delay(50)
  }
}

/** Whether a server runs on this directory. */
export function isServed(directory: string): boolean {
  return leftoverPid(directory) !== undefined
}

function leftoverPid(directory: string): number | undefined {
  const file = join(directory, 'postmaster.pid')
  if (!existsSync(file)) return undefined
  const pid = Number.parseInt(readFileSync(file, 'utf8'), 10)
  return pid > 1 && isServerOf(pid, directory) ? pid : undefined
}

/** The pid may have been given to another program since: its arguments must name our directory. */
function isServerOf(pid: number, directory: string): boolean {
  const args = processArguments(pid)
  return args.includes('postgres') && args.includes(directory)
}
