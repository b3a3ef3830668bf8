// npm run stop: ends the standalone of this WARDGATE_HOME, and nothing else; with --purge its state is deleted too.
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { root } from './prepare.mjs'

const usage = `npm run stop [-- --purge]

Ends the standalone of WARDGATE_HOME (default .wardgate), and nothing else.
  --purge   deletes its state too`

const limitMillis = 60_000
const { purge, help } = options()
if (help) {
  console.log(usage)
  process.exit(0)
}
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

if (runner === undefined || !alive()) console.log(`nothing runs in ${home}`)
else await stop()
if (purge) await deleteState()

async function stop() {
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
}

/** A server that must not run as root keeps its data outside of the home. */
async function deleteState() {
  if (!existsSync(join(home, 'secrets.json')) && !existsSync(ledger)) return
  const { default: databases } = await import('../packages/embedded-postgres/dist/index.js')
  databases.removeAllData(home)
  rmSync(home, { recursive: true, force: true })
  console.log(`deleted ${home}`)
}

function options() {
  try {
    const flag = { type: 'boolean', default: false }
    return parseArgs({ options: { purge: flag, help: flag } }).values
  } catch (error) {
    console.error(`${error.message}\n\n${usage}`)
    process.exit(2)
  }
}
