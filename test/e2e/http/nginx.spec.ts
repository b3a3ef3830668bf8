import { join } from 'node:path'
import { runProcess } from '../../support/instance'
import { describeWithPeer, peerPath } from '../../support/peers'
import { sharedInstance } from '../../support/shared-instance'
import { startNginx, type Nginx } from './nginx'
import { httpAgent, registerHttp } from './register'

jest.setTimeout(60_000)

describeWithPeer('nginx', (binary) => {
  let nginx: Nginx
  let plain: string
  let secure: string
  let token: string

  beforeAll(async () => {
    nginx = await startNginx(binary)
    token = await sharedInstance.token('aiAgent')
    plain = await registerHttp(sharedInstance, {
      name: 'nginx',
      port: nginx.port,
      credential: { kind: 'api-key', in: 'header', name: 'x-api-key', value: 'target-secret' },
    })
    secure = await registerHttp(sharedInstance, {
      name: 'nginx-tls',
      port: nginx.tlsPort,
      tls: { mode: 'verify-full', ca: nginx.authority, serverName: 'localhost' },
      credential: { kind: 'bearer', token: 'target-token' },
    })
  })

  afterAll(() => nginx.stop())

  const curl = async (...args: string[]) => {
    const bearer = ['-H', `Authorization: Bearer ${token}`]
    const { stdout } = await runProcess('curl', ['-s', ...bearer, ...args], process.env)
    return stdout
  }

  it("takes curl's token away and shows nginx the target's own credential", async () => {
    expect(await curl(`${plain}/echo/a/../b?x=1`, '--path-as-is')).toBe(
      'GET /echo/b?x=1 HTTP/1.1 host=127.0.0.1 key=[credential]* token= for=127.0.0.1\n',
    )
  })

  it('is reached by the name of the connection in Host', async () => {
    const { host } = new URL(httpAgent(sharedInstance))
    const at = ['--resolve', `nginx.localhost:${host.split(':')[1] ?? ''}:127.0.0.1`]
    const url = `http://nginx.localhost:${host.split(':')[1] ?? ''}/echo`
    expect(await curl(url, ...at)).toMatch(/^GET \/echo HTTP\/1.1 .*key=\[credential\]\*/)
  })

  it('speaks HTTP/2 to the client', async () => {
    const answer = await curl(`${plain}/echo`, '--http2-prior-knowledge', '-w', '%{http_version}')
    expect(answer).toMatch(/^GET \/echo HTTP\/1.1 .*\n2$/)
  })

  it('speaks HTTP/2 to a target with TLS, whose certificate it verifies', async () => {
    const answer = await curl(`${secure}/echo`)
    expect(answer).toBe(
      'GET /echo HTTP/2.0 host=localhost key= token=Bearer [credential] for=127.0.0.1\n',
    )
  })

  it('sends nothing to a target whose certificate is of another authority', async () => {
    const other = await registerHttp(sharedInstance, {
      name: 'nginx-other',
      port: nginx.tlsPort,
      tls: { mode: 'verify-full', serverName: 'localhost' },
    })
    expect(await curl(`${other}/echo`)).toContain('ERR_TARGET_TLS')
  })

  it('masks what nginx compresses, and compresses it again for those who take that', async () => {
    const url = await registerHttp(sharedInstance, {
      name: 'nginx-masked',
      port: nginx.port,
      rules: `
  - { id: read, effect: allow, match: { actions: [read] } }
  - { id: emails, mask: { detectors: [email], with: redact } }`,
    })
    const shown = ['-w', ' %header{content-encoding} %{size_download}']
    const packed = await curl(`${url}/people.json`, '--compressed', ...shown)
    const [, size = ''] = / gzip (\d+)$/.exec(packed) ?? []
    const plainly = await curl(`${url}/people.json`)
    for (const text of [packed.replace(/ gzip \d+$/, ''), plainly]) {
      expect(JSON.parse(text)).toHaveLength(200)
      expect(text).not.toContain('@example.com')
    }
    expect(Number(size)).toBeLessThan(plainly.length / 2)
  })

  it('passes ranges of what nothing masks', async () => {
    const part = await curl(`${plain}/large.bin`, '-r', '8-15', '-w', ' %{http_code}')
    expect(part).toBe('wardgate 206')
  })

  it('gives leave to send a large body, and streams it', async () => {
    const upload = ['-T', peerPath('nginx') ?? '', '-H', 'Expect: 100-continue']
    expect(await curl(`${plain}/echo`, ...upload)).toMatch(/^PUT \/echo/)
  })

  const python = peerPath('python')
  const withPython = python === undefined ? it.skip : it

  withPython('serves requests and httpx', async () => {
    const script = join(__dirname, 'clients/python_clients.py')
    const { stdout, stderr } = await runProcess(python ?? '', [script, plain, token], process.env)
    if (stdout === '') throw new Error(stderr)
    const seen = JSON.parse(stdout) as {
      requests: { texts: string[]; posted: string; large: number; here: string; away: unknown }
      httpx: { texts: string[]; denied: unknown }
    }
    expect(seen.requests.texts).toHaveLength(3)
    expect(seen.requests.posted).toMatch(/^POST \/echo\/requests/)
    expect(seen.requests.large).toBe(8 * 1024 * 1024)
    expect(seen.requests.here).toMatch(/^GET \/echo /)
    expect(seen.requests.away).toEqual([403, 'ERR_POLICY_DENIED'])
    expect(seen.httpx.texts.map((text) => text.split(' ')[1])).toEqual(
      [0, 1, 2, 3, 4].map((n) => `/echo/httpx?n=${n}`),
    )
    expect(seen.httpx.denied).toEqual([400, 'ERR_PROTOCOL_MALFORMED'])
  })
})
