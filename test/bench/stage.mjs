import { spawn, spawnSync } from 'node:child_process'
import { chownSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'

const root = resolve(import.meta.dirname, '../..')
const home = join(root, '.cache/bench/home')
/** Several checkouts on one machine measure at ports of their own. */
const portBase = 23_400 + Number(process.env.TEST_PORT_OFFSET ?? 0)
const bouncerPort = portBase + 90
const barePort = portBase + 91
const scale = 10
const ticksPerSecond = 100

/** Reads are let through, one column is masked, everything is recorded and audited: what a governed user has. */
const policy = `name: bench
appliesTo: { connections: [bench] }
rules:
  - { id: read, effect: allow, match: { actions: [read] } }
  - { id: filler, mask: { columns: [masked_rows.secret], with: { partial: { keepLast: 4 } } } }
`

/** Everything the rows measure against: a server, pgbouncer before it, and a Wardgate of its own. */
export async function openStage(peers, quick) {
  const env = {
    ...process.env,
    WARDGATE_HOME: home,
    WARDGATE_PORT_BASE: String(portBase),
    WARDGATE_LOG_LEVEL: 'warn',
  }
  const script = (name, ...args) => {
    const result = spawnSync(process.execPath, [join(root, 'scripts', name), ...args], {
      env,
      encoding: 'utf8',
    })
    if (result.status !== 0) throw new Error(`${name}: ${result.stdout}${result.stderr}`)
  }
  script('stop.mjs', '--purge')
  script('start.mjs', '--detach')
  const descriptor = JSON.parse(readFileSync(join(home, 'standalone.json'), 'utf8'))
  const token = (identity) =>
    spawnSync(descriptor.tokens[identity][0], descriptor.tokens[identity].slice(1), {
      encoding: 'utf8',
    }).stdout.trim()
  const { direct } = descriptor.sample
  await makeDatabase(direct, peers.pgbench.path)
  const api = apiOf(descriptor, token('admin'))
  await register(descriptor, api)
  const bouncer = await startBouncer(peers.pgbouncer.path, direct)
  const bare = await startBareProxy(direct)
  const listener = descriptor.agents[0].listeners.postgres
  const paths = {
    direct: () => address(direct.host, direct.port, direct.user, direct.password),
    pgbouncer: () => address('127.0.0.1', bouncerPort, direct.user, direct.password),
    bare: () => address('127.0.0.1', barePort, direct.user, direct.password),
    wardgate: () => address(listener.host, listener.port, 'bench', token('aiAgent')),
  }
  return {
    quick,
    peers,
    descriptor,
    token,
    api,
    cores: cpus().length,
    root,
    rounds: quick ? 3 : 7,
    seconds: quick ? 2 : 4,
    paths,
    pgbench: (path, args) => pgbench(peers.pgbench.path, paths[path](), args),
    agentPid: () => pidOf('agent'),
    barePid: () => bare.pid,
    controlPlanePid: () => pidOf('control-plane'),
    cpuMicros,
    async close() {
      bouncer.kill('SIGTERM')
      bare.kill('SIGTERM')
      script('stop.mjs', '--purge')
    },
  }
}

function pidOf(name) {
  return JSON.parse(readFileSync(join(home, 'processes.json'), 'utf8')).find(
    (entry) => entry.name === name,
  ).pid
}

/** User and system time of a process, from /proc (proc(5): fields 14 and 15). */
function cpuMicros(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ')
  return ((Number(fields[11]) + Number(fields[12])) * 1_000_000) / ticksPerSecond
}

function address(host, port, user, password) {
  return {
    PGHOST: host,
    PGPORT: String(port),
    PGUSER: user,
    PGPASSWORD: password,
    PGDATABASE: 'bench',
    PGSSLMODE: 'disable',
    PGGSSENCMODE: 'disable',
  }
}

async function pgbench(binary, environment, args) {
  const child = spawn(binary, ['-n', ...args], { env: { ...process.env, ...environment } })
  let output = ''
  child.stdout.on('data', (chunk) => (output += chunk))
  child.stderr.on('data', (chunk) => (output += chunk))
  const code = await new Promise((done) => child.once('close', done))
  if (code !== 0) throw new Error(`pgbench: ${output}`)
  const number = (pattern) => Number(pattern.exec(output)?.[1])
  return {
    tps: number(/tps = ([\d.]+)/),
    transactions: number(/actually processed: (\d+)/),
    latencyMillis: number(/latency average = ([\d.]+)/),
    connectMillis: number(/average connection time = ([\d.]+)/),
    output,
  }
}

async function makeDatabase(direct, binary) {
  const server = new pg.Client({
    host: direct.host,
    port: direct.port,
    user: direct.user,
    password: direct.password,
    database: 'postgres',
  })
  await server.connect()
  await server.query('CREATE DATABASE bench')
  await server.end()
  await pgbench(binary, address(direct.host, direct.port, direct.user, direct.password), [
    '-i',
    '-q',
    '-s',
    String(scale),
  ])
  const database = new pg.Client({
    host: direct.host,
    port: direct.port,
    user: direct.user,
    password: direct.password,
    database: 'bench',
  })
  await database.connect()
  await database.query(`CREATE TABLE masked_rows AS
    SELECT i AS id, 'customer number ' || i AS name, lpad((i::bigint * 7919 % 1000000007)::text, 16, '4') AS secret, i % 100 AS kind
    FROM generate_series(1, 1000000) i`)
  await database.query('CREATE TABLE plain_rows AS SELECT * FROM masked_rows')
  await database.query('VACUUM ANALYZE')
  await database.end()
}

function apiOf({ controlPlane }, token) {
  return async (method, path, body) => {
    const response = await fetch(`${controlPlane.url}${path}`, {
      method,
      body: JSON.stringify(body),
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    })
    if (!response.ok) throw new Error(`${path}: ${await response.text()}`)
    return response.status === 204 ? undefined : response.json()
  }
}

async function register({ sample }, call) {
  const { host, port, user, password } = sample.direct
  const connection = await call('POST', '/v1/connections', {
    name: 'bench',
    protocol: 'postgres',
    endpoints: [{ host, port }],
    tls: { mode: 'disable' },
    database: 'bench',
  })
  await call('POST', `/v1/connections/${connection.id}/credentials`, {
    kind: 'password',
    username: user,
    password,
  })
  await call('POST', '/v1/policies', { source: policy })
  await call('POST', '/v1/policies/bench/versions/1/activate', {})
  const { items } = await call('GET', '/v1/agents')
  for (const { id } of items) await call('PUT', `/v1/agents/${id}/connections/${connection.id}`, {})
}

async function startBareProxy({ host, port }) {
  const script = join(import.meta.dirname, 'bare-proxy.mjs')
  const args = [script, String(barePort), host, String(port)]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  await new Promise((done, fail) => {
    child.stdout.once('data', done)
    child.once('exit', () => fail(new Error('the bare proxy ended')))
  })
  return child
}

async function startBouncer(binary, direct) {
  const folder = mkdtempSync(join(tmpdir(), 'wardgate-bouncer-'))
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'users.txt'), `"${direct.user}" "${direct.password}"\n`)
  writeFileSync(
    join(folder, 'pgbouncer.ini'),
    `[databases]
bench = host=${direct.host} port=${direct.port} dbname=bench
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${bouncerPort}
unix_socket_dir =
auth_type = scram-sha-256
auth_file = ${folder}/users.txt
pool_mode = session
default_pool_size = 50
max_client_conn = 500
ignore_startup_parameters = extra_float_digits
`,
  )
  const nobody = { uid: 65534, gid: 65534 }
  const identity = process.getuid() === 0 ? nobody : {}
  if (process.getuid() === 0)
    for (const name of ['.', 'users.txt', 'pgbouncer.ini'])
      chownSync(join(folder, name), nobody.uid, nobody.gid)
  const child = spawn(binary, ['-q', join(folder, 'pgbouncer.ini')], {
    ...identity,
    stdio: 'ignore',
  })
  child.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  for (let tries = 0; ; tries += 1) {
    const client = new pg.Client({
      host: '127.0.0.1',
      port: bouncerPort,
      user: direct.user,
      password: direct.password,
      database: 'bench',
    })
    try {
      await client.connect()
      await client.end()
      return child
    } catch (error) {
      if (tries > 50) throw error
      await delay(100)
    }
  }
}
