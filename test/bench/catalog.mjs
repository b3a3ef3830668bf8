// What a large catalog costs: node --expose-gc test/bench/catalog.mjs [TABLES], after `npm run build`. Makes so many
// tables in a PostgreSQL of its own, reads them with the agent's reader and puts them together with the control plane's
// code. Prints one JSON object.
import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { freePort } from './free-port.mjs'

const root = resolve(import.meta.dirname, '../..')
const require = createRequire(import.meta.url)
const { startCluster } = require('@wardgate/embedded-postgres')
const { CatalogPart } = require('@wardgate/contract')
const { analyze, loadParser, planMasks } = require('@wardgate/sql')
const { Client } = createRequire(join(root, 'apps/agent/package.json'))('pg')
const { readPostgresCatalog } = require(
  join(root, 'apps/agent/dist/catalog/postgres/read-catalog.js'),
)
const { assemble } = require(join(root, 'apps/control-plane/dist/catalogs/assembled-catalog.js'))
const { partFromWire } = require(join(root, 'apps/control-plane/dist/catalogs/catalog-wire.js'))

const tables = Number(process.argv[2] ?? 50_000)
const columns = Array.from({ length: 9 }, (_, at) => `c${at} text`).join(', ')
const megabyte = 2 ** 20

/** Milliseconds, CPU of this process, and how much more memory than before it used at its highest. */
async function measure(work) {
  globalThis.gc?.()
  const before = process.memoryUsage().rss
  let highest = before
  const timer = setInterval(() => (highest = Math.max(highest, process.memoryUsage().rss)), 20)
  const cpu = process.cpuUsage()
  const started = performance.now()
  const value = await work()
  const millis = performance.now() - started
  const { user, system } = process.cpuUsage(cpu)
  clearInterval(timer)
  highest = Math.max(highest, process.memoryUsage().rss)
  return {
    value,
    millis: Math.round(millis),
    cpuMillis: Math.round((user + system) / 1000),
    moreMegabytes: Math.round((highest - before) / megabyte),
  }
}

const figures = ({ millis, cpuMillis, moreMegabytes }) => ({ millis, cpuMillis, moreMegabytes })

function sha256(body) {
  return createHash('sha256').update(body).digest('hex')
}

async function makeTables(port) {
  const client = new Client({ host: '127.0.0.1', port, user: 'postgres', password: 'pw' })
  client.on('error', () => undefined)
  await client.connect()
  for (let at = 0; at < tables; at += 200) {
    const batch = Array.from(
      { length: Math.min(200, tables - at) },
      (_, more) => `CREATE TABLE t_${at + more} (id int PRIMARY KEY, ${columns})`,
    )
    await client.query(batch.join(';'))
  }
  await client.query('CREATE VIEW v AS SELECT id, c1 AS shown FROM t_1')
  for (const table of ['pg_class', 'pg_attribute', 'pg_type'])
    await client.query(`VACUUM ANALYZE ${table}`)
  return client
}

function reading(port, bodies) {
  const access = {
    endpoints: [{ host: '127.0.0.1', port }],
    tls: { mode: 'disable' },
    credential: { kind: 'password', user: 'postgres', password: 'pw' },
    database: 'postgres',
  }
  const { signal } = new AbortController()
  return (known, wanted = new Set()) =>
    readPostgresCatalog({
      access,
      database: 'postgres',
      signal,
      wanted,
      deliver: (body) => bodies.push(body),
      ...(known === undefined ? {} : { known }),
    })
}

function changedNumbers(before, after) {
  const known = new Map(before.manifest.parts.map(({ number, digest }) => [number, digest]))
  return after.manifest.parts
    .filter(({ number, digest }) => known.get(number) !== digest)
    .map(({ number }) => number)
}

function sizeOf(bodies) {
  return bodies.reduce((sum, body) => sum + body.length, 0)
}

async function agentSide(client, port) {
  const bodies = []
  const read = reading(port, bodies)
  const first = await measure(() => read())
  const quiet = await measure(() => read(first.value))
  await client.query('ALTER TABLE t_7 ADD COLUMN added text')
  const change = await measure(() => read(first.value))
  const changed = changedNumbers(first.value, change.value)
  await read(change.value, new Set(changed))
  const sent = sizeOf(bodies)
  bodies.length = 0
  // Vacuum may have changed estimates of rows since.
  const numbers = change.value.manifest.parts.map(({ number }) => number)
  const { manifest } = await read(change.value, new Set(numbers))
  return {
    manifest,
    bodies,
    figures: {
      first: figures(first),
      unchanged: figures(quiet),
      oneTableAltered: { ...figures(change), parts: changed.length, kilobytes: sent / 1000 },
      whole: { parts: bodies.length, megabytes: sizeOf(bodies) / 1e6 },
    },
  }
}

async function controlSide({ manifest, bodies }) {
  const decode = () =>
    new Map(bodies.map((body) => [sha256(body), partFromWire(CatalogPart.decode(body))]))
  const built = await measure(() => assemble(manifest, decode()))
  const again = await measure(() => assemble(manifest, built.value.parts))
  const { index } = built.value
  await loadParser()
  const masks = [
    {
      reference: { policy: 'bench', rule: 'pii' },
      columns: ['*.c7', 't_1.c1'],
      detectors: [],
      method: { kind: 'redact' },
    },
  ]
  const judge = (text) => {
    const input = { phase: 'simple', text, prepared: [], role: 'agent', searchPath: ['public'] }
    return planMasks(analyze(input, index), { masks }, index)
  }
  const first = await measure(() => judge('SELECT id, c7 FROM t_1'))
  const rounds = 2_000
  const later = await measure(() => {
    for (let at = 0; at < rounds; at += 1) judge(`SELECT id, c7 FROM t_${at} WHERE id = ${at}`)
  })
  return {
    assembled: figures(built),
    oneTableAltered: figures(again),
    firstStatement: figures(first),
    laterStatementMicros: Math.round((later.cpuMillis * 1000) / rounds),
  }
}

const directory = mkdtempSync(join(tmpdir(), 'wardgate-catalog-'))
const port = await freePort()
const cluster = await startCluster({ directory: join(directory, 'data'), port, password: 'pw' })
try {
  const client = await makeTables(port)
  const agent = await agentSide(client, port)
  await client.end()
  const control = await controlSide(agent)
  console.log(JSON.stringify({ tables, agent: agent.figures, control }, null, 2))
} finally {
  await cluster.remove()
  rmSync(directory, { recursive: true, force: true })
}
