// npm run corpus [-- --file F.jsonl … --seed S.sql --area PGC,MSK --embedded --json --home DIR]: attacks, run through two real processes.
import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { ensurePeers } from './peers.mjs'
import { prepare } from './prepare.mjs'
import { root } from './root.mjs'

const folder = join(root, 'test/adversarial/sql')
const usage = `npm run corpus [-- options]

  --file F.jsonl   rows to run, may be given several times (default: all of test/adversarial/sql)
  --seed S.sql     schema of the target (default: test/adversarial/sql/seed.sql)
  --area PGC,MSK   only rows whose id begins so
  --every N        only each Nth row
  --embedded       against the server that npm start brings (PostgreSQL 18) instead of the system's
  --home DIR       a standalone that runs already (default: one of its own)
  --markdown       a table of every row for documents
  --json           one JSON object a row, then one with the counts
  --http           instead: attacks over HTTP and MCP of test/adversarial/http, at nginx and at a hostile target
  --migrations     instead: scripts of migration tools of test/adversarial/benign/migrations, compared with the bare target
  --benign         instead: legitimate statements of test/adversarial/benign, compared with the bare target

Each row gets a fresh database, is sent once by the simple and once by the extended protocol, and once with every held
operation approved and once denied. The exit code is 1 when a row fails.`

const { values } = parseArgs({
  options: {
    file: { type: 'string', multiple: true },
    seed: { type: 'string' },
    area: { type: 'string' },
    every: { type: 'string', default: '1' },
    embedded: { type: 'boolean' },
    home: { type: 'string' },
    json: { type: 'boolean' },
    markdown: { type: 'boolean' },
    benign: { type: 'boolean' },
    migrations: { type: 'boolean' },
    http: { type: 'boolean' },
    help: { type: 'boolean' },
  },
})
if (values.help) {
  console.log(usage)
  process.exit(0)
}

const areas = values.area?.split(',')

function isWanted({ id }) {
  return areas === undefined || areas.includes(id.split('-')[0])
}

function readRows(file) {
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => JSON.parse(line))
}

function sampled(rows) {
  const every = Number(values.every)
  return rows.filter((_, at) => at % every === 0)
}

async function prepared() {
  await prepare()
  if (values.embedded) return embedded()
  return needed('postgres')
}

function needed(name) {
  const { [name]: peer } = ensurePeers([name])
  if (peer.path !== undefined) return peer.path
  console.error(`corpus: ${peer.why}`)
  process.exit(1)
}

async function end(isFine) {
  // What a pipe has not taken yet would be lost.
  await new Promise((written) => process.stdout.write('', written))
  process.exit(isFine ? 0 : 1)
}

function embedded() {
  const require = createRequire(import.meta.url)
  const { postgresBinaries } = require('../packages/embedded-postgres/dist/index.js')
  return join(postgresBinaries(), 'bin/initdb')
}

async function benign() {
  const own = join(root, 'test/adversarial/benign')
  const files = values.file ?? jsonlIn(own)
  const { runBenign } = await import(join(root, 'test/adversarial/corpus/benign.mjs'))
  const done = await runBenign({
    rows: sampled(files.flatMap((file) => readRows(resolve(file)))),
    schema: readFileSync(values.seed ?? join(own, 'schema.sql'), 'utf8'),
    initdb: await prepared(),
    home: values.home,
  })
  await endCompared(done)
}

/** Of a run whose answers are compared with the bare target's. */
async function endCompared(done) {
  const { printBenign } = await import(join(root, 'test/adversarial/corpus/benign.mjs'))
  if (values.json) for (const result of done.results) console.log(JSON.stringify(result))
  else printBenign(done)
  await end(done.results.every(({ pass }) => pass))
}

function jsonlIn(directory) {
  return readdirSync(directory)
    .filter((name) => name.endsWith('.jsonl'))
    .sort()
    .map((name) => join(directory, name))
}

async function migrations() {
  const files = values.file ?? jsonlIn(join(root, 'test/adversarial/benign/migrations'))
  const { runMigrations } = await import(join(root, 'test/adversarial/corpus/migrations.mjs'))
  const scripts = files.map((file) => readRows(resolve(file))).filter(([first]) => isWanted(first))
  const done = await runMigrations({ scripts, initdb: await prepared(), home: values.home })
  await endCompared(done)
}

async function http() {
  await prepare()
  const nginx = needed('nginx')
  const folder = join(root, 'test/adversarial/http')
  const { runHttpCorpus } = await import(join(folder, 'main.mjs'))
  const { printHttp, summaryOfHttp } = await import(join(folder, 'table.mjs'))
  const done = await runHttpCorpus({ nginx, home: values.home, areas })
  if (values.json) {
    for (const result of done.results) console.log(JSON.stringify(result))
    console.log(JSON.stringify(summaryOfHttp(done)))
  } else printHttp(done)
  const isFine = done.results.every(({ pass }) => pass) && done.evidence.problems.length === 0
  await end(isFine)
}

if (values.benign) await benign()
if (values.migrations) await migrations()
if (values.http) await http()

const files = values.file ?? jsonlIn(folder)
const rows = sampled(files.flatMap((file) => readRows(resolve(file))).filter(isWanted))
const seed = readFileSync(values.seed ?? join(folder, 'seed.sql'), 'utf8')

const initdb = await prepared()
const { runCorpus } = await import(join(root, 'test/adversarial/corpus/main.mjs'))
const { printMarkdown, printTable, summaryOf } = await import(
  join(root, 'test/adversarial/corpus/table.mjs')
)
const done = await runCorpus({ rows, seed, initdb, home: values.home })
if (values.json) {
  for (const result of done.results) console.log(JSON.stringify(result))
  console.log(JSON.stringify(summaryOf(done)))
} else if (values.markdown) printMarkdown(done)
else printTable(done)
for (const problem of done.evidence.problems) console.error(problem)
const failed = done.results.some(({ pass }) => pass === false) || done.evidence.problems.length > 0
await end(!failed)
