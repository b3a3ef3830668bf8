import { freePort } from '@wardgate/gateway/testing'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { ApiClient } from '../../testing/api-client'
import { stoppedAtTheEnd } from '../../testing/leftovers'
import { startTestApp, type TestApp } from '../../testing/test-app'

jest.setTimeout(120_000)

const program = resolve(__dirname, '../../../../dev-identity-provider/dist/main.js')

/** Follows redirects as a browser does: one jar of cookies for each origin. */
class Browser {
  private readonly jars = new Map<string, Map<string, string>>()

  cookies(url: string): string {
    const jar = this.jars.get(new URL(url).origin) ?? new Map<string, string>()
    return [...jar].map(([name, value]) => `${name}=${value}`).join('; ')
  }

  /** One request; where it is sent next, if anywhere. */
  async go(url: string, form?: URLSearchParams) {
    const response = await fetch(url, {
      redirect: 'manual',
      headers: { cookie: this.cookies(url) },
      ...(form === undefined ? {} : { method: 'POST', body: form }),
    })
    await response.arrayBuffer()
    this.keep(url, response.headers.getSetCookie())
    const location = response.headers.get('location')
    return { status: response.status, next: location && new URL(location, url).toString() }
  }

  private keep(url: string, lines: readonly string[]): void {
    const { origin } = new URL(url)
    const jar = this.jars.get(origin) ?? new Map<string, string>()
    this.jars.set(origin, jar)
    for (const line of lines) {
      const [pair = ''] = line.split(';')
      const at = pair.indexOf('=')
      jar.set(pair.slice(0, at), pair.slice(at + 1))
    }
  }
}

async function startProvider(port: number, redirect: string): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'wardgate-idp-'))
  const child: ChildProcess = spawn(process.execPath, [program], {
    env: {
      PATH: process.env['PATH'],
      WARDGATE_IDP_PORT: String(port),
      WARDGATE_IDP_STATE: join(folder, 'state.json'),
      WARDGATE_IDP_REDIRECTS: redirect,
    },
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const stop = stoppedAtTheEnd(async () => {
    const gone = once(child, 'exit')
    if (child.exitCode === null && child.kill()) await gone
    await rm(folder, { recursive: true, force: true })
  })
  if (child.stdout === null) throw new Error('the provider has no output')
  const exit = once(child, 'exit').then(() => Promise.reject(new Error('the provider has ended')))
  exit.catch(() => undefined)
  await Promise.race([once(child.stdout, 'data'), exit])
  return stop
}

describe('log-in to the console', () => {
  let test: TestApp
  let api: ApiClient
  let stopProvider: () => Promise<void>
  let publicUrl: string

  beforeAll(async () => {
    const [port, rest] = [await freePort(), await freePort()]
    publicUrl = `http://127.0.0.1:${rest}`
    stopProvider = await startProvider(port, `${publicUrl}/auth/callback`)
    test = await startTestApp({
      WARDGATE_LISTEN: `127.0.0.1:${rest}`,
      WARDGATE_PUBLIC_URL: publicUrl,
      WARDGATE_BOOTSTRAP_ISSUER: `http://127.0.0.1:${port}`,
      WARDGATE_BOOTSTRAP_CLIENT_ID: 'wardgate-console',
      WARDGATE_BOOTSTRAP_ADMIN: 'group:wardgate-admins',
    })
    api = new ApiClient(publicUrl)
  })

  afterAll(async () => {
    await test.stop()
    await stopProvider()
  })

  /** Up to the callback, which is not called yet. */
  async function reachCallback(browser: Browser, subject: string): Promise<string> {
    let { next } = await browser.go(`${publicUrl}/auth/login?returnTo=/sessions`)
    for (let step = 0; step < 10 && next !== null; step += 1) {
      if (next.startsWith(`${publicUrl}/auth/callback`)) return next
      const isChoice = new URL(next).pathname.startsWith('/interaction/')
      ;({ next } = await browser.go(next, isChoice ? new URLSearchParams({ subject }) : undefined))
    }
    throw new Error('the log-in does not come back')
  }

  async function logIn(subject: string): Promise<{ cookie: string }> {
    const browser = new Browser()
    const done = await browser.go(await reachCallback(browser, subject))
    expect(done).toEqual({ status: 302, next: `${publicUrl}/sessions` })
    return { cookie: browser.cookies(publicUrl) }
  }

  it('knows who logged in, and takes changes only with the CSRF token', async () => {
    const headers = await logIn('alice')
    const { status, body } = await api.get('/v1/me', headers)
    expect(status).toBe(200)
    expect(body).toMatchObject({ principal: { kind: 'person', groups: ['wardgate-admins'] } })
    expect(body.csrfToken).toMatch(/^[\w-]{43}$/)
    const role = { name: 'readers', permissions: ['sessions:read'] }
    for (const token of [{}, { 'X-Wardgate-CSRF': 'wrong' }]) {
      const refused = await api.post('/v1/roles', role, { ...headers, ...token })
      expect(refused.status).toBe(403)
    }
    const good = { ...headers, 'X-Wardgate-CSRF': body.csrfToken as string }
    expect((await api.post('/v1/roles', role, good)).status).toBe(201)
    expect((await api.post('/auth/logout', undefined, headers)).status).toBe(403)
    expect((await api.post('/auth/logout', undefined, good)).status).toBe(204)
    expect((await api.get('/v1/me', headers)).status).toBe(401)
  })

  it('refuses a callback in a browser that did not begin it, and a second one', async () => {
    const browser = new Browser()
    const callback = await reachCallback(browser, 'bob')
    expect((await new Browser().go(callback)).status).toBe(401)
    const forged = new URL(callback)
    forged.searchParams.set('state', 'forged')
    const other = new Browser()
    await reachCallback(other, 'bob')
    expect((await other.go(forged.toString())).status).toBe(401)
    expect((await browser.go(callback)).status).toBe(302)
    expect((await browser.go(callback)).status).toBe(401)
  })
})
