import { processArguments } from '@wardgate/state-file'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

jest.setTimeout(60_000)

const compiled = join(__dirname, '../../dist/testing/index.js')
const program = `
  require('${compiled}').startTestCluster().then((cluster) => {
    console.log(cluster.pid)
    setInterval(() => undefined, 1000)
  })`

it('ends with the process that started it, also when that is killed', async () => {
  const runner = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [line] = (await once(runner.stdout, 'data')) as [Buffer]
  const server = Number(line)
  expect(processArguments(server)).toContain('bin/postgres')
  runner.kill('SIGKILL')
  while (processArguments(server).includes('bin/postgres')) await delay(25)
})
