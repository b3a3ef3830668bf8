import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Cli } from '../cli'
import { CliError } from '../cli-error'
import { isLoopback } from './access'
import { member, type Standalone } from './standalone'

/** Where people log in: as named, else what the standalone or the server's metadata (RFC 9728) says. */
export async function discoverIssuer(
  cli: Cli,
  named: string | undefined,
  server: URL,
  standalone: Standalone | undefined,
): Promise<URL> {
  const text =
    named ??
    cli.env['WARDGATE_ISSUER'] ??
    (standalone && standaloneIssuer(standalone)) ??
    (await announcedIssuer(server, cli.signal))
  if (text === undefined)
    throw new CliError('usage', 'the issuer is not known', 'Name it with --issuer.')
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopback(url.hostname)))
    return url
  throw new CliError('usage', `${text} is no issuer: use https, or http on a loopback address`)
}

function standaloneIssuer({ file }: Standalone): string | undefined {
  try {
    const state: unknown = JSON.parse(
      readFileSync(join(dirname(file), 'identity-provider.json'), 'utf8'),
    )
    const issuer = member(state, 'issuer')
    return typeof issuer === 'string' ? issuer : undefined
  } catch {
    return undefined
  }
}

async function announcedIssuer(server: URL, signal: AbortSignal): Promise<string | undefined> {
  try {
    const response = await fetch(new URL('/.well-known/oauth-protected-resource', server), {
      signal: AbortSignal.any([signal, AbortSignal.timeout(10_000)]),
    })
    const servers = member(await response.json(), 'authorization_servers')
    const first: unknown = Array.isArray(servers) ? servers[0] : undefined
    return typeof first === 'string' ? first : undefined
  } catch {
    return undefined
  }
}
