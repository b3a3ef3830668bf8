// npm run fuzz [-- --queries N --shapes N --seed N]: the long runs of what npm test does briefly; for the night.
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { prepare } from './prepare.mjs'
import { root } from './root.mjs'
import { run } from './run.mjs'

const { values } = parseArgs({
  options: {
    queries: { type: 'string', default: '50000' },
    shapes: { type: 'string', default: '1000000' },
    seed: { type: 'string', default: String(Math.floor(Date.now() / 86_400_000)) },
    help: { type: 'boolean' },
  },
})
if (values.help) {
  console.log(`npm run fuzz [-- options]

  --queries N   random queries and changes, each on two databases that differ in masked values alone (default: 50000)
  --shapes N    pairs of texts, of which those with one key must have one parse tree (default: 1000000)
  --seed N      the same queries again for the same number (default: the day)`)
  process.exit(0)
}

await prepare()
const code = await run(
  process.execPath,
  [
    '--disable-warning=ExperimentalWarning',
    join(root, 'node_modules/jest/bin/jest.js'),
    '--selectProjects',
    'unit',
    '--testPathPatterns',
    'lineage/non-interference|shape/shape-key',
  ],
  {
    env: {
      ...process.env,
      WARDGATE_LINEAGE_CASES: values.queries,
      WARDGATE_LINEAGE_SEED: values.seed,
      WARDGATE_SHAPE_CASES: values.shapes,
    },
  },
)
process.exit(code)
