import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect as connectHttp2 } from 'node:http2'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect as connectTls, type TLSSocket } from 'node:tls'
import { runProcess } from '../../support/instance'
import { describeWithPeer, peerPath } from '../../support/peers'
import { sharedInstance } from '../../support/shared-instance'
import { startNginx, type Nginx } from './nginx'
import { httpAgent, registerHttp } from './register'

jest.setTimeout(60_000)

const host = 'api.proxied.test'
const rules = `
  - { id: read, effect: allow, match: { actions: [read], resources: ["path:/echo", "path:/large.bin"] } }`
const settings = { proxyHosts: [host], hostSuffix: '' }

describeWithPeer('nginx', (binary) => {
  let nginx: Nginx
  let folder: string
  let authority: string
  let proxy: URL

  beforeAll(async () => {
    nginx = await startNginx(binary)
    const tls = { mode: 'verify-full', ca: nginx.authority, serverName: 'localhost' }
    const { tlsPort: port } = nginx
    await registerHttp(sharedInstance, { name: 'proxied', port, tls, settings, rules })
    folder = mkdtempSync(join(tmpdir(), 'wardgate-proxy-'))
    authority = join(folder, 'wardgate.pem')
    const { stdout } = await sharedInstance.cli('--identity', 'ai-agent', 'proxy', 'authority')
    writeFileSync(authority, stdout)
    proxy = new URL(httpAgent(sharedInstance))
    proxy.username = 'wardgate'
    proxy.password = await sharedInstance.token('aiAgent')
  })

  afterAll(async () => {
    rmSync(folder, { recursive: true, force: true })
    await nginx.stop()
  })

  const curl = (...args: string[]) =>
    runProcess(
      'curl',
      ['-sS', '-m', '20', '-x', proxy.href, '--cacert', authority, ...args],
      process.env,
    )

  it('lets curl through to the host of a connection, with TLS of its own on both sides', async () => {
    const one = await curl('--http1.1', '-i', `https://${host}/echo`)
    expect(one.stdout).toContain('GET /echo HTTP/2.0 host=localhost')
    const two = await curl('--http2', '-w', '%{http_version}', `https://${host}/echo`)
    expect(two.stdout).toMatch(/GET \/echo HTTP\/2\.0 host=localhost[^]*\n2$/)
    const large = await curl(
      '-o',
      '/dev/null',
      '-w',
      '%{size_download}',
      `https://${host}/large.bin`,
    )
    expect(large.stdout).toBe(String(8 * 1024 * 1024))
  })

  it('judges what is asked within, and refuses with the reason', async () => {
    const { stdout } = await curl('-i', `https://${host}/elsewhere`)
    expect(stdout).toMatch(/HTTP\/\S+ 403[^]*ERR_POLICY_DENIED/)
  })

  it('refuses all other hosts with 403, and a client without a token with 407', async () => {
    const foreign = await curl('-v', 'https://example.com/')
    expect(foreign.code).not.toBe(0)
    expect(foreign.stderr).toContain('HTTP/1.1 403')
    const plain = await curl('-i', 'http://example.com/')
    expect(plain.stdout).toMatch(
      /403[^]*no connection that you may use here has the host example\.com:80/,
    )
    const { host: address } = proxy
    for (const asked of [host, 'example.com']) {
      const args = ['-sS', '-v', '-x', `http://${address}`, `https://${asked}/echo`]
      const anonymous = await runProcess('curl', args, process.env)
      expect(anonymous.stderr).toContain('HTTP/1.1 407')
    }
  })

  it('is trusted by nobody who does not trust its authority', async () => {
    const args = ['-sS', '-x', proxy.href, `https://${host}/echo`]
    const { code, stderr } = await runProcess('curl', args, process.env)
    expect([code, /certificate/.test(stderr)]).toEqual([60, true])
  })

  async function tunnel(): Promise<Socket> {
    const socket = connect(Number(proxy.port), proxy.hostname)
    const token = Buffer.from(`wardgate:${proxy.password}`).toString('base64')
    socket.write(
      `CONNECT ${host}:443 HTTP/1.1\r\nhost: ${host}\r\nproxy-authorization: Basic ${token}\r\n\r\n`,
    )
    const [answer] = (await once(socket, 'data')) as [Buffer]
    expect(answer.toString()).toContain('200 Connection Established')
    return socket
  }

  it('opens tunnels on streams of HTTP/2, with TLS and HTTP/1.1 or HTTP/2 within', async () => {
    const session = connectHttp2(`http://${proxy.host}`)
    const token = Buffer.from(`wardgate:${proxy.password}`).toString('base64')
    const asked = async (protocol: 'h2' | 'http/1.1') => {
      const head = { ':method': 'CONNECT', ':authority': `${host}:443` }
      const stream = session.request(
        { ...head, 'proxy-authorization': `Basic ${token}` },
        { endStream: false },
      )
      const [opened] = (await once(stream, 'response')) as [Record<string, unknown>]
      expect(opened[':status']).toBe(200)
      const ca = readFileSync(authority)
      const socket = connectTls({ socket: stream, servername: host, ca, ALPNProtocols: [protocol] })
      await once(socket, 'secureConnect')
      expect([socket.authorized, socket.alpnProtocol]).toEqual([true, protocol])
      return protocol === 'h2' ? overHttp2(socket) : overHttp1(socket)
    }
    for (const answer of await Promise.all([asked('http/1.1'), asked('h2')]))
      expect(answer).toContain('GET /echo HTTP/2.0 host=localhost')
    session.destroy()
  })

  async function overHttp1(socket: TLSSocket): Promise<string> {
    socket.write(`GET /echo HTTP/1.1\r\nhost: ${host}\r\nconnection: close\r\n\r\n`)
    let seen = ''
    socket.on('data', (part: Buffer) => (seen += part.toString()))
    await once(socket, 'end')
    return seen
  }

  async function overHttp2(socket: TLSSocket): Promise<string> {
    const within = connectHttp2(`https://${host}`, { createConnection: () => socket })
    const stream = within.request({ ':path': '/echo' })
    let seen = ''
    stream.on('data', (part: Buffer) => (seen += part.toString()))
    await once(stream, 'end')
    within.close()
    return seen
  }

  it('stands within a tunnel for its host alone, whatever name is asked for', async () => {
    const socket = connectTls({
      socket: await tunnel(),
      servername: 'evil.test',
      rejectUnauthorized: false,
    })
    const [error] = (await once(socket, 'error')) as [Error]
    expect(error.message).not.toBe('')
    expect(socket.authorized).toBe(false)
  })

  it('takes a request for another host within it for an attack', async () => {
    const socket = connectTls({
      socket: await tunnel(),
      servername: host,
      rejectUnauthorized: false,
    })
    socket.write('GET /echo HTTP/1.1\r\nhost: evil.test\r\n\r\n')
    const [answer] = (await once(socket, 'data')) as [Buffer]
    expect(answer.toString()).toMatch(/^HTTP\/1\.1 400/)
    socket.destroy()
  })

  const python = peerPath('python')
  const withPython = python === undefined ? it.skip : it

  withPython('lets requests and httpx through, with HTTP_PROXY and HTTPS_PROXY alike', async () => {
    const script = join(__dirname, 'clients/proxied.py')
    const args = [script, proxy.href, authority, `https://${host}/echo`, 'https://example.com/']
    const { stdout, stderr } = await runProcess(python ?? '', args, process.env)
    if (stdout === '') throw new Error(stderr)
    const seen = JSON.parse(stdout) as Record<string, unknown>
    for (const client of ['requests', 'httpx', 'plain'])
      expect(seen[client]).toContain('GET /echo HTTP/2.0 host=localhost')
    expect(seen['foreign']).toContain('403')
    expect(seen['refused']).toEqual([403, 'ERR_AUTH_FORBIDDEN'])
  })
})
