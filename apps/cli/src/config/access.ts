import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Cli } from '../cli'
import { CliError } from '../cli-error'
import type { Options } from '../options'
import { findStandalone, standaloneToken, type Standalone } from './standalone'
import { readLogin } from './stored-login'

export interface ServerChoice {
  readonly url: URL
  readonly standalone?: Standalone
}

/** --server, WARDGATE_SERVER, the standalone nearby, the last log-in: the first that is there. */
export function chooseServer(cli: Cli, options: Options): ServerChoice {
  const named = options.text('server') ?? cli.env['WARDGATE_SERVER']
  const standalone =
    named === undefined || options.text('identity') ? findStandalone(cli) : undefined
  const url = named ?? standalone?.url ?? readLogin(cli)?.server
  if (url === undefined)
    throw new CliError(
      'usage',
      'no control plane is named',
      'Name it with --server or WARDGATE_SERVER, or start a standalone with npm start.',
    )
  return { url: checkedUrl(url), ...(standalone && { standalone }) }
}

function checkedUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || !['http:', 'https:'].includes(url.protocol))
    throw new CliError('usage', `${text} is no address of a control plane`)
  if (url.protocol === 'http:' && !isLoopback(url.hostname))
    throw new CliError(
      'usage',
      `${url.origin} would carry the token unencrypted`,
      'Use https; http is for loopback addresses only.',
    )
  return url
}

export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || host === '::1' || /^127(\.\d+){3}$/.test(host)
}

/**
 * --token-file, --identity, WARDGATE_TOKEN, the log-in at this server, and for a standalone the identity that the
 * command is meant for. A token is never an argument: arguments can be read by every process of the machine.
 */
export async function chooseToken(
  cli: Cli,
  options: Options,
  server: ServerChoice,
  standaloneIdentity = 'admin',
): Promise<string> {
  const file = options.text('tokenFile')
  if (file !== undefined) return tokenFromFile(cli, file)
  const identity = options.text('identity')
  if (identity !== undefined) {
    if (server.standalone) return standaloneToken(server.standalone, identity)
    throw new CliError('usage', '--identity needs a standalone', 'Start one with npm start.')
  }
  const token = cli.env['WARDGATE_TOKEN']
  if (token !== undefined && token !== '') return token
  const login = readLogin(cli)
  if (login && new URL(login.server).origin === server.url.origin) {
    if (login.expiresAt === 0 || login.expiresAt > cli.now()) return login.accessToken
    if (!server.standalone)
      throw new CliError('unauthenticated', 'the log-in has expired', 'Run wardgate login.')
  }
  if (server.standalone) return standaloneToken(server.standalone, standaloneIdentity)
  throw new CliError(
    'unauthenticated',
    'there is no token',
    'Run wardgate login, or set WARDGATE_TOKEN, or use --token-file.',
  )
}

async function tokenFromFile(cli: Cli, file: string): Promise<string> {
  let text: string
  try {
    text = file === '-' ? await cli.readStdin() : readFileSync(resolve(cli.cwd, file), 'utf8')
  } catch (cause) {
    throw new CliError('usage', `cannot read the token file ${file}`, undefined, cause)
  }
  if (text.trim() === '') throw new CliError('usage', `the token file ${file} is empty`)
  return text.trim()
}
