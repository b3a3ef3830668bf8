import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { pathToFileURL } from 'node:url'
import { root, runProcess } from '../../support/instance'

const urlOf = (script: string): string => pathToFileURL(join(root, 'scripts', script)).href

/** Works as a start does that installs: under the lock, for a home, by a program that starts another. */
const worker = `
  import { oneAtATime } from '${urlOf('one-at-a-time.mjs')}'
  import { run } from '${urlOf('run.mjs')}'
  const [lock, home] = process.argv.slice(2)
  const install = () => run('sh', ['-c', 'sleep 300 & echo begun; wait'], { isGroup: true })
  await oneAtATime(lock, install, home)
`
/** As stop does. */
const stopper = `
  import { endWorkersFor } from '${urlOf('one-at-a-time.mjs')}'
  const [lock, home] = process.argv.slice(2)
  console.log(JSON.stringify(await endWorkersFor(lock, home)))
`

let folder: string
let lock: string
let workers: ChildProcessWithoutNullStreams[]

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'wardgate-preparation-'))
  lock = join(folder, 'prepare.lock')
  workers = []
  writeFileSync(join(folder, 'worker.mjs'), worker)
  writeFileSync(join(folder, 'stopper.mjs'), stopper)
})
afterEach(() => {
  for (const one of workers) one.kill()
  rmSync(folder, { recursive: true, force: true })
})

function work(home: string): ChildProcessWithoutNullStreams {
  const started = spawn(process.execPath, [join(folder, 'worker.mjs'), lock, home])
  workers.push(started)
  return started
}

async function stop(home: string): Promise<unknown> {
  const args = [join(folder, 'stopper.mjs'), lock, home]
  return JSON.parse((await runProcess(process.execPath, args, process.env)).stdout)
}

const firstWords = async (stream: Readable): Promise<string> =>
  String((await once(stream, 'data'))[0])

it('is ended with all that it started, and with a start that waits for its turn', async () => {
  const first = work('/a home')
  await firstWords(first.stdout)
  const second = work('/a home')
  expect(await firstWords(second.stderr)).toContain(`waiting for process ${first.pid}`)
  // What they started holds the other end of their output.
  const ended = [once(first, 'close'), once(second, 'close')]
  expect(await stop('/a home')).toEqual(expect.arrayContaining([first.pid, second.pid]))
  expect(await Promise.all(ended)).toEqual([
    [null, 'SIGTERM'],
    [null, 'SIGTERM'],
  ])
})

it('is left alone when it is for another home', async () => {
  const other = work('/a home')
  await firstWords(other.stdout)
  expect(await stop('/a')).toEqual([])
  expect(other.exitCode).toBeNull()
})
