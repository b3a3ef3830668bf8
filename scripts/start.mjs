// npm start [-- --detach]: installs, builds and runs the whole product on embedded defaults.
import { fork } from 'node:child_process'
import { mkdirSync, openSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { prepare, root } from './prepare.mjs'

const usage = `npm start [-- --detach]

Runs Wardgate with embedded databases, a development identity provider and a sample shop.
  --detach              return when everything is ready; npm run stop ends it
  WARDGATE_HOME         where all state lives (default .wardgate)
  WARDGATE_PORT_BASE    first of the ports (default 15400)`

const known = ['--detach', '--help']
const flags = process.argv.slice(2)
const unknown = flags.filter((flag) => !known.includes(flag))
if (unknown.length > 0 || flags.includes('--help')) {
  if (unknown.length > 0) console.error(`unknown: ${unknown.join(' ')}\n`)
  console.log(usage)
  process.exit(unknown.length > 0 ? 2 : 0)
}

await prepare()
const script = join(root, 'apps/standalone/dist/main.js')
if (flags.includes('--detach')) await detach()
else attach()

function attach() {
  const child = fork(script, { stdio: 'inherit' })
  // The terminal sends Ctrl-C to the whole group: the runner stops in order, and this waits for it.
  for (const signal of ['SIGINT', 'SIGTERM'])
    process.on(signal, () => signal === 'SIGTERM' && child.kill(signal))
  child.once('exit', (code) => process.exit(code ?? 1))
}

/** The standalone's own check, so that both ways to start refuse the same homes in the same words. */
async function makeHome(home) {
  const { makeHome: make } = await import('../apps/standalone/dist/home.js')
  try {
    make(home)
  } catch (error) {
    console.error(error.message)
    process.exit(1)
  }
}

async function detach() {
  const home = resolve(process.env.WARDGATE_HOME ?? join(root, '.wardgate'))
  await makeHome(home)
  mkdirSync(join(home, 'logs'), { recursive: true, mode: 0o700 })
  const logFile = join(home, 'logs/standalone.log')
  // Appended to: another start in the same home must not overwrite what the running one writes.
  const log = openSync(logFile, 'a', 0o600)
  const child = fork(script, { detached: true, stdio: ['ignore', log, log, 'ipc'] })
  child.on('message', (message) => {
    if (message.kind === 'progress') console.log(message.line)
    if (message.kind !== 'ready') return
    console.log(message.line)
    console.log('  It runs in the background; npm run stop ends it.\n')
    child.disconnect()
    child.unref()
    process.exit(0)
  })
  child.once('exit', (code) => {
    console.error(readFileSync(logFile, 'utf8').split('\n').slice(-8).join('\n'))
    console.error(`It did not start; see ${logFile}`)
    process.exit(code === 0 ? 1 : (code ?? 1))
  })
}
