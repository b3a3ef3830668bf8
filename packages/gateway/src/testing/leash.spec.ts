import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'

const compiled = join(__dirname, '../../dist/testing/leash.js')
const runsOn = 'setInterval(() => {}, 1000)'

/** Holds another process that runs on, and waits; both have what it writes into open while they run. */
const program = `
  const held = require('node:child_process').spawn(process.execPath, ['-e', '${runsOn}'], {
    stdio: ['ignore', 'inherit', 'ignore'],
    detached: true,
  })
  const release = require('${compiled}').leash(held.pid)
  process.stdin.once('data', () => {
    release()
    process.exit()
  })
  console.log(held.pid)`

let holder: ChildProcess
let held: number

beforeEach(async () => {
  const started = spawn(process.execPath, ['-e', program], {
    stdio: ['pipe', 'pipe', 'inherit'],
    detached: true,
  })
  holder = started
  const [line] = (await once(started.stdout, 'data')) as [Buffer]
  held = Number(line)
})

it.each(['SIGKILL', 'SIGTERM'] as const)(
  'ends what it holds when its own process gets %s',
  async (signal) => {
    const bothEnded = once(holder, 'close')
    holder.kill(signal)
    await bothEnded
  },
)

it('ends what it holds when the group of its own process is killed', async () => {
  const bothEnded = once(holder, 'close')
  process.kill(-(holder.pid ?? 0), 'SIGKILL')
  await bothEnded
})

it('lets go of what is released', async () => {
  const exited = once(holder, 'exit')
  holder.stdin?.write('release\n')
  await exited
  expect(process.kill(held, 0)).toBe(true)
  process.kill(held, 'SIGKILL')
})
