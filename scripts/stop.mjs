// npm run stop: ends the standalone of this WARDGATE_HOME, and nothing else; with --purge its state is deleted too.
import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { built } from './built.mjs'
import { endPreparing } from './prepare.mjs'
import { home } from './root.mjs'

const usage = `npm run stop [-- --purge]

Ends the standalone of WARDGATE_HOME (default .wardgate), and nothing else.
  --purge   deletes its state too`

const { purge, help } = options()
if (help) {
  console.log(usage)
  process.exit(0)
}
const starts = await endPreparing(home)
for (const pid of starts)
  console.log(`stopped a start that still installed or built (process ${pid})`)
if (existsSync(home)) await stop()
else if (starts.length === 0) console.log(`nothing runs in ${home}`)
if (purge) await deleteState()

async function stop() {
  const { default: standalone } = await built('apps/standalone/dist/stop-instance.js')
  const stopped = await standalone.stopInstance(home)
  if (stopped === 'nothing ran') {
    if (starts.length === 0) console.log(`nothing runs in ${home}`)
  } else if (stopped === 'stopped') console.log('stopped')
  else {
    console.error(`process ${stopped.stillRuns} does not end; see ${join(home, 'logs')}`)
    process.exit(1)
  }
}

/** A server that must not run as root keeps its data outside of the home. */
async function deleteState() {
  if (!existsSync(join(home, 'secrets.json')) && !existsSync(join(home, 'processes.json'))) return
  const { default: databases } = await built('packages/embedded-postgres/dist/index.js')
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
