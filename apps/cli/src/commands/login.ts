import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createApi, textOf } from '../api/client'
import { CliError } from '../cli-error'
import { isLoopback } from '../config/access'
import { discoverIssuer } from '../config/issuer'
import { writeLogin } from '../config/stored-login'
import type { Run } from '../run'
import { action, leaf, type Register } from './command'

const timeoutMilliseconds = 5 * 60_000

export const login: Register = (parent, cli) => {
  leaf(parent, 'login', 'Log in with the browser (authorization code + PKCE) and keep the token.')
    .option(
      '--issuer <url>',
      'OpenID Connect issuer, else WARDGATE_ISSUER or what the server names',
    )
    .option('--client-id <id>', 'public client registered at the issuer', 'wardgate-cli')
    .option('--no-browser', 'only print the address')
    .action(action(cli, perform))
}

async function perform(run: Run): Promise<void> {
  const { url: server, standalone } = run.server()
  const issuer = await discoverIssuer(run.cli, run.options.text('issuer'), server, standalone)
  const oidc = await import('openid-client')
  const configuration = await oidc.discovery(
    issuer,
    run.options.text('clientId') ?? 'wardgate-cli',
    undefined,
    oidc.None(),
    // discoverIssuer lets http pass on loopback only; the mark is there to make people think.
    // eslint-disable-next-line @typescript-eslint/no-deprecated
    isLoopback(issuer.hostname) ? { execute: [oidc.allowInsecureRequests] } : {},
  )
  const verifier = oidc.randomPKCECodeVerifier()
  const state = oidc.randomState()
  const callback = await listenForCallback(run.cli.signal)
  try {
    const address = oidc.buildAuthorizationUrl(configuration, {
      redirect_uri: callback.redirectUri,
      scope: 'openid profile email',
      code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      state,
    })
    run.note(`Open this address to log in:\n\n  ${address.href}\n`)
    if (run.options.flag('browser')) run.cli.openBrowser(address.href)
    const tokens = await oidc.authorizationCodeGrant(configuration, await callback.received, {
      pkceCodeVerifier: verifier,
      expectedState: state,
    })
    const expiresIn = tokens.expiresIn()
    const me = await createApi(server, tokens.access_token, run.cli.signal).get('/v1/me')
    const file = writeLogin(run.cli, {
      server: server.origin,
      accessToken: tokens.access_token,
      expiresAt: expiresIn === undefined ? 0 : run.cli.now() + expiresIn * 1_000,
    })
    const name = textOf(me['principal'], 'name')
    if (run.json) run.printJson({ principal: me['principal'], file })
    else run.note(`Logged in as ${name}. The token is kept in ${file}.`)
  } finally {
    callback.close()
  }
}

interface Callback {
  readonly redirectUri: string
  readonly received: Promise<URL>
  close(): void
}

/** RFC 8252 section 7.3: a port of the loopback address for one answer. */
async function listenForCallback(signal: AbortSignal): Promise<Callback> {
  let settle: { resolve(url: URL): void; reject(error: unknown): void } | undefined
  const received = new Promise<URL>((resolve, reject) => {
    settle = { resolve, reject }
  })
  // Handled where it is awaited; an abort before that must not end the process.
  received.catch(() => undefined)
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', redirectUri)
    if (request.method !== 'GET' || url.pathname !== '/callback') {
      response.writeHead(404).end()
      return
    }
    response
      .writeHead(200, { 'content-type': 'text/plain; charset=utf-8', connection: 'close' })
      .end('You are logged in. This window can be closed.\n')
    settle?.resolve(url)
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  const redirectUri = `http://127.0.0.1:${(server.address() as AddressInfo).port}/callback`
  const stop = () => settle?.reject(new CliError('interrupted', 'log-in interrupted'))
  signal.addEventListener('abort', stop, { once: true })
  const timer = setTimeout(() => {
    settle?.reject(new CliError('unauthenticated', 'nobody logged in within 5 minutes'))
  }, timeoutMilliseconds)
  return {
    redirectUri,
    received,
    close: () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', stop)
      server.close()
      server.closeAllConnections()
    },
  }
}
