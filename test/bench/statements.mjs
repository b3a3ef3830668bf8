// CPU that the control plane takes to judge statements it has not seen, with a catalog of a thousand tables, and how long
// a hostile statement keeps others waiting. Prints {"shortMicros": …, "longMicros": …, "stallMillis": …}.
import { createRequire } from 'node:module'
import { join, resolve } from 'node:path'
import { median } from './median.mjs'

const root = resolve(import.meta.dirname, '../..')
const require = createRequire(import.meta.url)
const { analyze, indexCatalog, loadParser, planMasks } = require('@wardgate/sql')
const { compilePolicies, evaluate, parsePolicy } = require('@wardgate/policy')
const { StatementAnalyst } = require(
  join(root, 'apps/control-plane/dist/decisions/facts/statement-analyst.js'),
)

const tables = 1_000
const policy = `name: bench
rules:
  - { id: read, effect: allow, match: { actions: [read] } }
  - { id: secrets, effect: deny, match: { resources: ["table:*.secrets"] } }
  - { id: writes, effect: require-approval, match: { actions: [insert, update, delete] }, approval: { approvers: ["group:dba"] } }
  - { id: pii, mask: { columns: ["*.c7", "*.c8"], with: redact } }`

const relation = (at) => ({
  id: 20_000 + at,
  schema: 'public',
  name: `table_${at}`,
  kind: 'table',
  columns: Array.from({ length: 10 }, (_, column) => ({
    number: column + 1,
    name: `c${column + 1}`,
    typeId: 25,
  })),
  definition: '',
  parents: [],
  hasRules: false,
  hasRowSecurity: false,
  estimatedRows: 1_000,
})
const index = indexCatalog({
  engine: 'postgresql',
  serverVersion: 180_000,
  defaultSearchPath: ['public'],
  relations: Array.from({ length: tables }, (_, at) => relation(at)),
  routines: [],
  types: [],
})
const { document } = parsePolicy(policy)
const set = compilePolicies([{ name: 'bench', version: 1, document }])
const principal = {
  id: 'p',
  issuer: 'i',
  subject: 's',
  name: 'n',
  kind: 'workload',
  groups: ['ai'],
  roles: [],
  claims: {},
  owner: '',
}
const connection = { name: 'bench', protocol: 'postgres', labels: {}, database: 'bench' }

const input = (text) => ({
  phase: 'simple',
  text,
  prepared: [],
  searchPath: ['public'],
  role: 'agent',
})
const short = (n) => `SELECT c1, c2 FROM table_${n % tables} WHERE c1 = '${n}' LIMIT 10`
const long = (n) => `WITH recent AS (
  SELECT t.c1, t.c2, t.c3
  FROM table_${n % tables} t
  WHERE t.c1 > '${n}'
    AND t.c2 IN ('a', 'b', 'c')
    AND t.c3 IS NOT NULL
), ranked AS (
  SELECT r.c1, r.c2,
    row_number() OVER (PARTITION BY r.c2 ORDER BY r.c1 DESC) AS place
  FROM recent r
), totals AS (
  SELECT u.c4, count(*) AS n,
    max(u.c5) AS latest
  FROM table_${(n + 1) % tables} u
  GROUP BY u.c4
  HAVING count(*) > 3
)
SELECT
  k.c1,
  k.c2,
  t.n,
  t.latest,
  coalesce(v.c6, 'none') AS note
FROM ranked k
JOIN totals t ON t.c4 = k.c2
LEFT JOIN table_${(n + 2) % tables} v ON v.c1 = k.c1
WHERE k.place <= 5
ORDER BY t.n DESC, k.c1
LIMIT 100`

function judge(text) {
  const analysis = analyze(input(text), index)
  const verdict = evaluate(set, { principal, connection, facts: analysis.facts, time: 0 })
  planMasks(analysis, verdict.obligations, index)
  return verdict.kind
}

/** Microseconds of CPU a statement, the median of rounds, each of statements that were not seen before. */
function cpuMicros(make, count, rounds) {
  for (let n = 0; n < 300; n += 1) if (judge(make(n)) !== 'allow') throw new Error(make(n))
  const samples = Array.from({ length: rounds }, (_, round) => {
    const started = process.cpuUsage()
    for (let n = 0; n < count; n += 1) judge(make(1_000 + round * count + n))
    const { user, system } = process.cpuUsage(started)
    return (user + system) / count
  })
  return median(samples)
}

/** The longest time in milliseconds that nobody else was served while a statement of 1 MB was judged. */
async function stallMillis() {
  const analyst = new StatementAnalyst()
  const numbers = Array.from({ length: 130_000 }, (_, n) => 1_000_000 + n).join(',')
  const hostile = `SELECT c1 FROM table_1 WHERE c1 IN (${numbers})`
    .slice(0, 1_048_000)
    .replace(/,\d*$/, ')')
  await analyst.analyze(
    input(`SELECT c1 FROM table_1 WHERE c1 IN (${numbers.slice(0, 39_999)})`),
    index,
  )
  let [longest, before] = [0, performance.now()]
  const beat = setInterval(() => {
    const now = performance.now()
    longest = Math.max(longest, now - before)
    before = now
  }, 1)
  const analysis = await analyst.analyze(input(hostile), index)
  clearInterval(beat)
  if (analysis.facts.actions.length === 0) throw new Error('the hostile statement was not judged')
  await analyst.onModuleDestroy()
  return longest
}

await loadParser()
const figures = {
  shortMicros: cpuMicros(short, 2_000, 7),
  longMicros: cpuMicros(long, 500, 7),
  stallMillis: await stallMillis(),
}
console.log(JSON.stringify(figures))
