import { setTimeout as delay } from 'node:timers/promises'
import { everyProcess, processArguments, sendSignal } from '@wardgate/state-file'

const waitMillis = 10_000
const program = /\/bin\/(?:postgres|initdb) -D (.*)/
const unfinished = /^\.\d+\.unfinished /

/**
 * Ends what an earlier, killed run left on this very directory: a server, or the making of its cluster. Both are found by their
 * arguments: a server that has just been started has not written postmaster.pid yet. Other processes are never touched.
 */
export async function stopLeftover(directory: string): Promise<boolean> {
  const left = leftoversOf(directory)
  await Promise.all(left.map((pid) => end(pid, directory)))
  return left.length > 0
}

/** Whether a server runs on this directory. */
export function isServed(directory: string): boolean {
  return leftoversOf(directory).length > 0
}

async function end(pid: number, directory: string): Promise<void> {
  const deadline = Date.now() + waitMillis
  sendSignal(pid, 'SIGINT')
  while (worksOn(processArguments(pid), directory)) {
    if (Date.now() > deadline) sendSignal(pid, 'SIGQUIT')
    await delay(50)
  }
}

function leftoversOf(directory: string): readonly number[] {
  return everyProcess()
    .filter(({ args }) => worksOn(args, directory))
    .map(({ pid }) => pid)
}

/** As `launch` and `initdb` of this package write it. */
function worksOn(args: string, directory: string): boolean {
  const at = program.exec(args)?.[1]
  if (at?.startsWith(directory) !== true) return false
  const after = at.slice(directory.length)
  return after.startsWith(' ') || unfinished.test(after)
}
