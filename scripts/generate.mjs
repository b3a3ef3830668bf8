// Regenerates what is kept in the repository: gRPC code from the contract, and the reference documents.
import { spawnSync } from 'node:child_process'
import { join, resolve } from 'node:path'

const root = resolve(import.meta.dirname, '..')

function run(command, args, cwd = root) {
  const result = spawnSync(command, args, { cwd, stdio: 'inherit' })
  if (result.status !== 0) process.exit(result.status ?? 1)
}

const buf = join(root, 'node_modules/.bin/buf')
run(buf, ['lint'], join(root, 'packages/contract'))
run(buf, ['generate'], join(root, 'packages/contract'))

run(process.execPath, [join(root, 'scripts/build.mjs')])
run(process.execPath, [join(root, 'apps/cli/dist/reference.js'), join(root, 'docs/reference')])
