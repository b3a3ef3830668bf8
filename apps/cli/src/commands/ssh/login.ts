import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { type Api, textOf } from '../../api/client'
import { CliError } from '../../cli-error'
import { loginFolder } from '../../config/stored-login'
import type { Run } from '../../run'
import { certificateFileIn, certify, keyFileIn } from '../../ssh/certificate'
import { replaceOwnFile } from '../../ssh/files'
import { newSshKey } from '../../ssh/openssh-key'
import { ownPath } from '../../ssh/principal'
import { refreshFileIn, refreshScript } from '../../ssh/refresh-script'
import {
  aliasOf,
  isKnown,
  type KnownHost,
  knownHosts,
  sshConfig,
  type SshAccess,
} from '../../ssh/ssh-config'
import { action, collect, leaf, type Register } from '../command'

const defaultLife = '1h'
const mostConnections = 500
/** A connection's name becomes a host and a user in a configuration file. */
const plainName = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/

export const sshLogin: Register = (parent, cli) => {
  leaf(
    parent,
    'login',
    'Get a short-lived SSH certificate and set up OpenSSH for your connections.',
  )
    .option('--connection <name>', 'connection to set up, may be given several times', collect)
    .option('--host <host>', "the agent's host, else the standalone's")
    .option('--port <port>', "the agent's port")
    .option('--host-key <key>', "the agent's public host key, in place of who certifies it")
    .option('--ttl <time>', 'life of the certificate or the key: 30m, 8h, 7d', defaultLife)
    .option('--register-key', 'register a key in place of a certificate: no refresh, up to 90 days')
    .option('--print', 'only print the configuration: nothing is registered or written')
    .action(action(cli, perform))
}

async function perform(run: Run): Promise<void> {
  const seconds = lifeSeconds(run.options.text('ttl') ?? defaultLife)
  const api = await run.api('ai-agent')
  const folder = join(loginFolder(run.cli), 'ssh')
  const access = await accessOf(run, api, folder)
  if (run.options.flag('print')) {
    run.print(sshConfig(access) + needed(access))
    return
  }
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const key = newSshKey('wardgate')
  const granted = await grantFor({ run, api, folder, access, seconds, publicKey: key.publicKey })
  replaceOwnFile(access.keyFile, key.privateKey)
  replaceOwnFile(`${access.keyFile}.pub`, `${key.publicKey}\n`)
  if (isKnown(access.known)) replaceOwnFile(access.knownHostsFile, knownHosts(access.known))
  const config = join(folder, 'config')
  replaceOwnFile(config, sshConfig(access))
  const hosts = access.connections.map(aliasOf)
  if (run.json) run.printJson({ ...granted.shown, config, hosts })
  else run.print(told(access, config, granted.expiresAt))
}

interface Wanted {
  readonly run: Run
  readonly api: Api
  readonly folder: string
  readonly access: SshAccess
  readonly seconds: number
  readonly publicKey: string
}

/** A certificate for the new key, or its registration. */
async function grantFor({ run, api, folder, access, seconds, publicKey }: Wanted) {
  if (access.certificate !== undefined) {
    const { connections } = access
    const certificate = await certify(api, folder, { connections, lifeSeconds: seconds }, publicKey)
    replaceOwnFile(access.certificate.refresh, refreshScript(run), 0o700)
    return { shown: { certificate }, expiresAt: certificate.expiresAt }
  }
  const key = await api.send('POST', `${await ownPath(api)}/keys`, {
    body: { name: 'wardgate ssh login', publicKey, expiresInSeconds: seconds },
  })
  return { shown: { key }, expiresAt: textOf(key, 'expiresAt') }
}

async function accessOf(run: Run, api: Api, folder: string): Promise<SshAccess> {
  const { options } = run
  const { standalone } = run.server()
  const host = options.text('host') ?? standalone?.ssh?.host
  const port = options.number('port', { least: 1, most: 65_535 }) ?? standalone?.ssh?.port
  if (host === undefined || port === undefined)
    throw new CliError('usage', 'the agent is not known', 'Name it with --host and --port.')
  if (!/^[\w.:%-]+$/.test(host)) throw new CliError('usage', `"${host}" is no name of a host`)
  const hostKey = options.text('hostKey')
  return {
    host,
    port,
    connections: await connectionNames(run, api),
    keyFile: keyFileIn(folder),
    ...(!options.flag('registerKey') && {
      certificate: { file: certificateFileIn(folder), refresh: refreshFileIn(folder) },
    }),
    knownHostsFile: join(folder, 'known_hosts'),
    known: hostKey === undefined ? await certifiedHost(api) : { key: checkedHostKey(hostKey) },
  }
}

/** What is otherwise written beside a configuration, as comments in it. */
function needed({ known, knownHostsFile }: SshAccess): string {
  if (!isKnown(known)) return ''
  const lines = knownHosts(known).trimEnd().split('\n')
  return [`\n# Lines for ${knownHostsFile}:`, ...lines.map((line) => `# ${line}`), ''].join('\n')
}

/** A control plane that certifies no keys of agents names no authority for them. */
async function certifiedHost(api: Api): Promise<KnownHost> {
  const { hosts } = await api.get('/v1/ssh-authorities')
  return typeof hosts === 'string' ? { authority: checkedHostKey(hosts) } : {}
}

async function connectionNames(run: Run, api: Api): Promise<readonly string[]> {
  const given = run.options.list('connection')
  const names = given.length > 0 ? given : await listedNames(api)
  const odd = names.find((name) => !plainName.test(name))
  if (odd !== undefined) throw new CliError('usage', `"${odd}" is no name of a connection`)
  if (names.length > 0) return names
  throw new CliError('usage', 'there is no connection to set up', 'Name one with --connection.')
}

async function listedNames(api: Api): Promise<readonly string[]> {
  try {
    const connections = await api.list('/v1/connections', {}, mostConnections)
    return connections.flatMap((connection) =>
      textOf(connection, 'protocol') === 'ssh' ? [textOf(connection, 'name')] : [],
    )
  } catch (error) {
    throw new CliError(
      'usage',
      'your connections cannot be listed',
      'Name them with --connection.',
      error,
    )
  }
}

function checkedHostKey(key: string): string {
  const [type = '', base64 = ''] = key.trim().split(/\s+/)
  if (/^(?:ssh|ecdsa)-[a-z0-9-]+$/.test(type) && /^[A-Za-z0-9+/]{40,}=*$/.test(base64))
    return `${type} ${base64}`
  throw new CliError('usage', 'the host key is not one', 'Give it as ssh-ed25519 AAAA…')
}

const units: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400 }

function lifeSeconds(text: string): number {
  const { count = '', unit = '' } = /^(?<count>\d{1,6})(?<unit>[smhd])$/.exec(text)?.groups ?? {}
  const seconds = Number(count) * (units[unit] ?? 0)
  if (seconds > 0) return seconds
  throw new CliError('usage', `--ttl ${text} is no time`, 'Write 30m, 8h or 7d.')
}

function told(access: SshAccess, config: string, expiresAt: string): string {
  const [first = ''] = access.connections
  const pinned = isKnown(access.known)
    ? ''
    : "The agent's host key is kept at the first connection: compare it then.\n"
  const what =
    access.certificate === undefined
      ? `The key is good until ${expiresAt}.`
      : `The certificate is good until ${expiresAt}; OpenSSH has it refreshed before it ends.`
  return `${what} ${pinned}Connect with

  ssh -F ${config} ${aliasOf(first)}

or write this line at the top of ~/.ssh/config, and use the name alone:

  Include ${config}

Set up: ${access.connections.map(aliasOf).join(', ')}
`
}
