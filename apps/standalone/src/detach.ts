import { fork, type ChildProcess } from 'node:child_process'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { homeFolder, logFolder, makeHome } from './home'

const linesTold = 8

/** What the runner tells the one who started it. */
export interface Told {
  readonly kind: 'progress' | 'ready'
  readonly line: string
}

/** Starts a standalone that outlives this process. Resolves with the exit code once it is ready or has ended. */
export async function detach(namedHome: string | undefined): Promise<number> {
  const home = homeFolder(namedHome)
  makeHome(home)
  const logFile = join(logFolder(home), 'standalone.log')
  // Appended to: another start in the same home must not overwrite what the running one writes.
  const log = openSync(logFile, 'a', 0o600)
  const child = fork(join(__dirname, 'main.js'), {
    detached: true,
    stdio: ['ignore', log, log, 'ipc'],
  })
  closeSync(log)
  const code = await outcome(child)
  if (code === undefined) return 0
  console.error(readFileSync(logFile, 'utf8').split('\n').slice(-linesTold).join('\n'))
  console.error(`It did not start; see ${logFile}`)
  return code === 0 ? 1 : code
}

/** Undefined once it is ready; the code it ended with before that. */
function outcome(child: ChildProcess): Promise<number | undefined> {
  return new Promise((resolve) => {
    child.on('message', ({ kind, line }: Told) => {
      console.log(line)
      if (kind !== 'ready') return
      console.log('  It runs in the background; npm run stop ends it.\n')
      child.disconnect()
      child.unref()
      resolve(undefined)
    })
    child.once('exit', (code) => resolve(code ?? 1))
  })
}
