// Regenerates what is kept in the repository: gRPC code from the contract, and the reference documents.
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { configurationReference } from './reference/configuration.mjs'
import { errorsReference } from './reference/errors.mjs'

const root = resolve(import.meta.dirname, '..')
const reference = join(root, 'docs/reference')

function run(command, args, cwd = root) {
  const result = spawnSync(command, args, { cwd, stdio: 'inherit' })
  if (result.status !== 0) process.exit(result.status ?? 1)
}

const buf = join(root, 'node_modules/.bin/buf')
run(buf, ['lint'], join(root, 'packages/contract'))
run(buf, ['generate'], join(root, 'packages/contract'))

run(process.execPath, [join(root, 'scripts/build.mjs')])

// cli.md and policy.schema.json.
run(process.execPath, [join(root, 'apps/cli/dist/reference.js'), reference])

for (const [name, make] of Object.entries({
  'errors.md': () => errorsReference(root),
  'configuration.md': () => configurationReference(root),
  'openapi.json': openApi,
})) {
  const text = make()
  if (text === undefined) console.error(`generate: no source for ${name}; left as it is`)
  else writeFileSync(join(reference, name), text)
}

function openApi() {
  const script = join(root, 'apps/control-plane/dist/openapi.js')
  if (!existsSync(script)) return undefined
  return execFileSync(process.execPath, [script], { encoding: 'utf8', maxBuffer: 1 << 26 })
}
