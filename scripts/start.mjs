// npm start [-- --detach]: installs, builds and runs the whole product on embedded defaults.
import { fork } from 'node:child_process'
import { join } from 'node:path'
import { endWithParent } from './end-with-parent.mjs'
import { prepare } from './prepare.mjs'
import { home, root } from './root.mjs'
import { endingSignals } from './run.mjs'

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

endWithParent()
await prepare(home)
if (flags.includes('--detach')) process.exit(await detached())
else attach()

async function detached() {
  const { detach } = await import('../apps/standalone/dist/detach.js')
  return detach(process.env.WARDGATE_HOME).catch((error) => {
    console.error(`\nWardgate cannot start: ${error.message}`)
    if (error.nextStep !== undefined) console.error(`  ${error.nextStep}`)
    return 1
  })
}

function attach() {
  const child = fork(join(root, 'apps/standalone/dist/main.js'), { stdio: 'inherit' })
  // Passed on also where the terminal told it to the whole group: the runner stops in order, and this waits for it.
  for (const signal of endingSignals) process.on(signal, () => child.kill('SIGTERM'))
  child.once('exit', (code) => process.exit(code ?? 1))
}
