// npm run stop: ends the standalone of this WARDGATE_HOME, and nothing else.
import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { root } from './prepare.mjs'

const limitMillis = 60_000
const home = resolve(process.env.WARDGATE_HOME ?? join(root, '.wardgate'))
const ledger = join(home, 'processes.json')
const runner = existsSync(ledger)
  ? JSON.parse(readFileSync(ledger, 'utf8')).find(({ name }) => name === 'standalone')
  : undefined

function alive() {
  try {
    process.kill(runner.pid, 0)
    const file = `/proc/${runner.pid}/cmdline`
    return !existsSync(file) || readFileSync(file, 'utf8').includes(runner.marker)
  } catch {
    return false
  }
}

if (runner === undefined || !alive()) {
  console.log(`nothing runs in ${home}`)
  process.exit(0)
}
process.kill(runner.pid, 'SIGTERM')
const deadline = Date.now() + limitMillis
while (alive()) {
  if (Date.now() > deadline) {
    console.error(`process ${runner.pid} does not end; see ${join(home, 'logs')}`)
    process.exit(1)
  }
  await delay(50)
}
console.log('stopped')
