// npm run -s wardgate -- …: the command line client, built when needed.
import { builtFile } from './built.mjs'
import { run } from './run.mjs'

const script = await builtFile('apps/cli/dist/main.js')
process.exit(
  await run(process.execPath, [script, ...process.argv.slice(2)], {
    cwd: process.env.INIT_CWD ?? process.cwd(),
  }),
)
