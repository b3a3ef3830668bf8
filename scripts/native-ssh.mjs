// The SSH library's native ciphers, built where a compiler and node's headers are; without them it uses node's own,
// which encrypt packet by packet through a stream and take several times as long.
import { existsSync, realpathSync } from 'node:fs'
import { spawnSync } from 'node:child_process'
import { dirname, join } from 'node:path'
import { root } from './root.mjs'
import { run } from './run.mjs'

const limitMillis = 180_000

/** Builds them once. Returns why it could not, or undefined. */
export async function buildNativeSsh() {
  const library = join(root, 'packages/protocol-ssh/node_modules/ssh2')
  if (!existsSync(library)) return undefined
  const folder = join(realpathSync(library), 'lib/protocol/crypto')
  if (existsSync(join(folder, 'build/Release/sshcrypto.node'))) return undefined
  const nodeFolder = dirname(dirname(realpathSync(process.execPath)))
  const lacking = lacks(nodeFolder)
  if (lacking !== undefined) return lacking
  console.error('building native ciphers for SSH (once)')
  const openssl = process.versions.openssl.split('.')[0]
  const code = await run(
    process.execPath,
    [nodeGyp(nodeFolder), 'rebuild', `--nodedir=${nodeFolder}`, `--real_openssl_major=${openssl}`],
    { cwd: folder, stdio: 'ignore', limitMillis },
  )
  return code === 0 ? undefined : `node-gyp ended with ${code}`
}

function lacks(nodeFolder) {
  if (!existsSync(join(nodeFolder, 'include/node/node.h')))
    return "node's headers are not installed"
  if (nodeGyp(nodeFolder) === undefined) return 'npm has no node-gyp'
  const missing = ['python3', 'make', 'c++'].find((name) => !isOnPath(name))
  return missing && `${missing} is not installed`
}

function isOnPath(name) {
  return spawnSync('sh', ['-c', `command -v ${name}`], { stdio: 'ignore' }).status === 0
}

/** The one that npm brings. */
function nodeGyp(nodeFolder) {
  const path = join(nodeFolder, 'lib/node_modules/npm/node_modules/node-gyp/bin/node-gyp.js')
  return existsSync(path) ? path : undefined
}

/** By itself, for images: there a build without them would go unnoticed. */
async function main() {
  const why = await buildNativeSsh()
  if (why === undefined) return
  console.error(`no native ciphers for SSH: ${why}`)
  process.exitCode = 1
}

if (process.argv[1] === import.meta.filename) void main()
