// npm run -s wardgate -- …: the command line client, built when needed.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { prepare } from './prepare.mjs'
import { root } from './root.mjs'
import { run } from './run.mjs'

const script = join(root, 'apps/cli/dist/main.js')
if (!existsSync(script)) await prepare()
process.exit(
  await run(process.execPath, [script, ...process.argv.slice(2)], {
    cwd: process.env.INIT_CWD ?? process.cwd(),
  }),
)
