// npm run detectors: precision and recall of the masking detectors on the published samples.
import { join } from 'node:path'
import { prepare } from './prepare.mjs'
import { root } from './root.mjs'
import { run } from './run.mjs'

await prepare()
const code = await run(
  process.execPath,
  [
    join(root, 'node_modules/jest/bin/jest.js'),
    '--selectProjects',
    'unit',
    '--testPathPatterns',
    'test/detectors/measure',
    '--silent',
  ],
  { env: { ...process.env, WARDGATE_SHOW_DETECTORS: '1' } },
)
process.exit(code)
