import { fork, type ChildProcess } from 'node:child_process'
import { closeSync, fstatSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { onEndingSignal } from './ending-signals'
import { homeFolder, logFolder, makeHome } from './home'
import { stay, type Told } from './told'

const linesTold = 8

/** Starts a standalone that outlives this process. Resolves with the exit code once it is ready or has ended. */
export async function detach(namedHome: string | undefined): Promise<number> {
  const home = homeFolder(namedHome)
  makeHome(home)
  const logFile = join(logFolder(home), 'standalone.log')
  // Appended to: another start in the same home must not overwrite what the running one writes.
  const log = openSync(logFile, 'a', 0o600)
  const former = fstatSync(log).size
  const child = fork(join(__dirname, 'main.js'), {
    detached: true,
    stdio: ['ignore', log, log, 'ipc'],
  })
  closeSync(log)
  const interrupted = forwardSignals(child)
  const code = await outcome(child)
  if (code === undefined) return 0
  if (interrupted()) return code
  const written = readFileSync(logFile).subarray(former).toString('utf8')
  console.error(written.split('\n').slice(-linesTold).join('\n'))
  console.error(`It did not start; see ${logFile}`)
  return code === 0 ? 1 : code
}

/** Whoever interrupts the start wants nothing left of it: this waits for that. */
function forwardSignals(child: ChildProcess): () => boolean {
  let isInterrupted = false
  onEndingSignal(() => {
    isInterrupted = true
    child.kill('SIGTERM')
  })
  return () => isInterrupted
}

/** Undefined once it is ready; the code it ended with before that. */
function outcome(child: ChildProcess): Promise<number | undefined> {
  return new Promise((resolve) => {
    child.on('message', ({ kind, line }: Told) => {
      console.log(line)
      if (kind !== 'ready') return
      child.send(stay, () => {
        console.log('  It runs in the background; npm run stop ends it.\n')
        resolve(undefined)
      })
    })
    child.once('exit', (code) => resolve(code ?? 1))
  })
}
