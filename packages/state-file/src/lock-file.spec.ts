import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { lockFile } from './lock-file'
import { processBirth } from './process-birth'

let folder: string
let path: string
let other: ChildProcess | undefined

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'wardgate-lock-'))
  path = join(folder, 'lock')
})
afterEach(async () => {
  if (other?.exitCode === null && other.kill('SIGKILL')) await once(other, 'exit')
  rmSync(folder, { recursive: true, force: true })
})

it('is held until it is released, and leaves nothing behind', () => {
  const lock = lockFile(path)
  expect(lock.kind).toBe('held')
  expect(readdirSync(folder)).toEqual(['lock'])
  if (lock.kind === 'held') lock.release()
  expect(readdirSync(folder)).toEqual([])
})

it('says which process holds it', async () => {
  other = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'])
  await once(other, 'spawn')
  const pid = Number(other.pid)
  writeFileSync(path, `${pid} ${processBirth(pid)}\n`)
  expect(lockFile(path)).toEqual({ kind: 'taken', pid })
})

it.each([
  ['of a process that was killed', () => String(spawnSync(process.execPath, ['-e', '']).pid)],
  ['of an earlier process with the number of this one', () => String(process.pid)],
  ['that is empty', () => ''],
])('takes a lock %s', (_what, content) => {
  writeFileSync(path, content())
  expect(lockFile(path).kind).toBe('held')
})

it('takes a lock whose process number another program has by now', async () => {
  other = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'])
  await once(other, 'spawn')
  writeFileSync(path, `${other.pid ?? 0} 1\n`)
  expect(lockFile(path).kind).toBe('held')
})

it('takes a left lock also when one was killed while it removed it', () => {
  writeFileSync(path, '')
  writeFileSync(`${path}.removal`, '')
  expect(lockFile(path).kind).toBe('held')
  expect(readdirSync(folder)).toEqual(['lock'])
})

it('takes the lock of a process that was killed and whose parent has not looked after it', async () => {
  // The shell says the number of what it starts, and goes on as a program that waits for nobody.
  const parent = 'sleep 100 & echo $!; exec sleep 100'
  other = spawn('sh', ['-c', parent], { stdio: ['ignore', 'pipe', 'ignore'] })
  const [printed] = (await once(other.stdout ?? other, 'data')) as [Buffer]
  const pid = Number(String(printed))
  writeFileSync(path, `${pid} ${processBirth(pid)}\n`)
  expect(lockFile(path)).toEqual({ kind: 'taken', pid })
  process.kill(pid, 'SIGKILL')
  while (processBirth(pid) !== '-') await delay(5)
  expect(lockFile(path).kind).toBe('held')
})
