// Installs and builds what a command needs; does nothing when it was done before.
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { spawn } from 'node:child_process'
import { buildNativeSsh } from './native-ssh.mjs'

export const root = resolve(import.meta.dirname, '..')

function requireNode() {
  const [major, minor] = process.versions.node.split('.').map(Number)
  if (major > 20 || (major === 20 && minor >= 19)) return
  console.error(`Wardgate needs node 20.19 or newer; this is ${process.versions.node}.`)
  process.exit(1)
}

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

/** Runs a command to its end. With `limitMillis` it is killed then, with all that it started in its group. */
export function run(command, args, { limitMillis, ...options } = {}) {
  return new Promise((done) => {
    const detached = limitMillis !== undefined
    const child = spawn(command, args, { cwd: root, stdio: 'inherit', detached, ...options })
    const forward = (signal) => detached && process.kill(-child.pid, signal)
    const onInterrupt = () => forward('SIGINT')
    const onTerminate = () => forward('SIGTERM')
    process.on('SIGINT', onInterrupt).on('SIGTERM', onTerminate)
    const timer =
      limitMillis &&
      setTimeout(() => {
        console.error(`${args.at(0) ?? command} did not end within ${limitMillis / 60_000} minutes`)
        forward('SIGKILL')
      }, limitMillis)
    child.once('close', () => {
      clearTimeout(timer)
      process.off('SIGINT', onInterrupt).off('SIGTERM', onTerminate)
    })
    child.once('error', (error) => {
      console.error(`${command}: ${error.message}`)
      done(127)
    })
    child.once('exit', (code, signal) => done(signal ? 1 : (code ?? 1)))
  })
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
    { stdio: ['ignore', 2, 2] },
  )
  if (code !== 0) {
    console.error('Installing failed; the lines above say why. Is the npm registry reachable?')
    process.exit(code)
  }
  const why = await buildNativeSsh(root, run)
  if (why !== undefined) console.error(`SSH does without native ciphers, which is slower: ${why}`)
  writeFileSync(stamp, digest)
}

/** Leaves the repository installed and built. */
export async function prepare() {
  requireNode()
  await install()
  const { build } = await import('./build.mjs')
  const { compiled, consoleBuilt } = await build()
  if (compiled > 0 || consoleBuilt)
    console.error(`built ${compiled} files${consoleBuilt ? ' and the console' : ''}`)
}
