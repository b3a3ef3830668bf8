// npm run bench [-- --json FILE] [--quick] [--only NAME]: the performance table, medians of interleaved rounds of one run.
import { parseArgs } from 'node:util'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ensurePeers } from './peers.mjs'
import { prepare } from './prepare.mjs'
import { root } from './root.mjs'

const usage = `npm run bench [-- --json FILE] [--quick] [--only WORD]

  --json FILE   writes every figure, with all its samples
  --quick       fewer and shorter rounds: figures are rough
  --only WORD   only the rows whose name contains the word`

const { values } = parseArgs({
  options: {
    json: { type: 'string' },
    quick: { type: 'boolean' },
    only: { type: 'string' },
    help: { type: 'boolean' },
  },
})
if (values.help) {
  console.log(usage)
  process.exit(0)
}

await prepare()
const peers = ensurePeers(['psql', 'pgbench', 'pgbouncer', 'nginx', 'h2load', 'sshd'])
for (const [name, { path, why }] of Object.entries(peers)) {
  if (path !== undefined) continue
  console.error(`bench: ${name}: ${why}`)
  process.exit(1)
}
const { bench } = await import(join(root, 'test/bench/main.mjs'))
const result = await bench({ peers, quick: values.quick === true, only: values.only })
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(result, null, 2)}\n`)
