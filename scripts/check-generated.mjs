// Fails when a file that is generated from the code differs from what is kept in the repository.
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './root.mjs'
import { run } from './run.mjs'

const outputs = ['packages/contract/src/generated', 'docs/reference']

function digests() {
  const found = new Map()
  for (const output of outputs) {
    const folder = join(root, output)
    if (!existsSync(folder)) continue
    for (const name of readdirSync(folder, { recursive: true })) {
      const file = join(folder, name)
      if (statSync(file).isFile())
        found.set(join(output, name), createHash('sha256').update(readFileSync(file)).digest('hex'))
    }
  }
  return found
}

const before = digests()
const code = await run(process.execPath, [join(root, 'scripts/generate.mjs')])
if (code !== 0) process.exit(code)
const after = digests()
const drifted = [...new Set([...before.keys(), ...after.keys()])].filter(
  (file) => before.get(file) !== after.get(file),
)
for (const file of drifted) console.error(`generated file differs from the code: ${file}`)
if (drifted.length > 0) console.error('Run npm run generate and commit the result.')
process.exit(drifted.length > 0 ? 1 : 0)
