// Installs and builds what a command needs; does nothing when it was done before.
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { buildNativeSsh } from './native-ssh.mjs'
import { endWorkersFor, oneAtATime } from './one-at-a-time.mjs'
import { root } from './root.mjs'
import { run } from './run.mjs'

/** Changes whenever a manifest or the lock file does. */
function manifestDigest() {
  const hash = createHash('sha256')
  const groups = ['apps', 'packages'].flatMap((group) =>
    readdirSync(join(root, group)).map((name) => join(group, name)),
  )
  for (const folder of ['', 'test', ...groups]) {
    const manifest = join(root, folder, 'package.json')
    if (existsSync(manifest)) hash.update(readFileSync(manifest))
  }
  for (const file of ['pnpm-lock.yaml', 'pnpm-workspace.yaml'])
    hash.update(readFileSync(join(root, file)))
  return hash.digest('hex')
}

async function install() {
  const stamp = join(root, 'node_modules/.wardgate-installed')
  const digest = manifestDigest()
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === digest) return
  const { packageManager } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  console.error('installing dependencies (once)')
  const npx = process.platform === 'win32' ? 'npx.cmd' : 'npx'
  const code = await run(
    npx,
    ['-y', packageManager, 'install', '--frozen-lockfile', '--reporter=append-only'],
    // npx passes nothing on.
    { stdio: ['ignore', 2, 2], isGroup: true },
  )
  if (code !== 0) {
    console.error('Installing failed; the lines above say why. Is the npm registry reachable?')
    process.exit(code)
  }
  const why = await buildNativeSsh()
  if (why !== undefined) console.error(`SSH does without native ciphers, which is slower: ${why}`)
  writeFileSync(stamp, digest)
}

const lock = join(root, '.cache/prepare.lock')

/** Leaves the repository installed and built; for a start, in the home that it is for. */
export function prepare(home = '') {
  return oneAtATime(lock, installAndBuild, home).catch((error) => {
    if (!['EACCES', 'EPERM', 'EROFS'].includes(error.code)) throw error
    console.error(`Wardgate cannot be installed or built in ${root}: ${error.message}`)
    console.error('  Start it as the user who owns the checkout, or clone it where you may write.')
    process.exit(1)
  })
}

/** Ends the starts in this home that still install or build, or wait for that; which processes they were. */
export function endPreparing(home) {
  return endWorkersFor(lock, home)
}

async function installAndBuild() {
  await install()
  const { build } = await import('./build.mjs')
  const { compiled, consoleBuilt } = await build()
  if (compiled > 0 || consoleBuilt)
    console.error(`built ${compiled} files${consoleBuilt ? ' and the console' : ''}`)
}
