import { type ChildProcess, spawn } from 'node:child_process'

/** The other end of this pipe is held by the process that tests: the system closes it, however that one ends. */
const whenLetGo = 'read -r _; kill -INT "$0"'

/** Interrupts that process when this one ends, also when this one is killed. Released by what is returned. */
export function leash(pid: number): () => void {
  const holder = spawn('sh', ['-c', whenLetGo, String(pid)], {
    stdio: ['pipe', 'ignore', 'ignore'],
    // What kills the group of this process must not reach the one that comes after it.
    detached: true,
  })
  holder.stdin.on('error', () => undefined)
  holder.unref()
  return () => void holder.kill('SIGKILL')
}

/** The same for a child of this process, for as long as it runs. */
export function leashed<T extends ChildProcess>(child: T): T {
  if (child.pid !== undefined) child.once('exit', leash(child.pid))
  return child
}
