import { AuthError, RequestError } from '@wardgate/errors'
import type { RequestOperation } from '@wardgate/gateway'
import { connect, type Socket } from 'node:net'
import { settings } from './settings'
import { Stage } from './testing/stage'

const proxyHosts = ['api.shop.test', 'api.shop.test:8443', '[::1]:8080']
let stage: Stage
let received: string[]

async function start(options: Parameters<typeof Stage.start>[0] = {}): Promise<void> {
  received = []
  stage = await Stage.start({
    settings: { proxyHosts },
    target: ({ method, url, headers }, response) => {
      received.push(`${method} ${url} ${headers.host} ${headers['proxy-authorization'] ?? '-'}`)
      response.end('ok')
    },
    ...options,
  })
}

afterEach(() => stage.stop())

const token = `proxy-authorization: Basic ${Buffer.from('wardgate:token-1').toString('base64')}\r\n`
const ask = (line: string, headers = token, host = 'x') =>
  stage.raw(`${line} HTTP/1.1\r\nhost: ${host}\r\n${headers}connection: close\r\n\r\n`)
const statusOf = (answer: string) => Number(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1])
const judged = () => stage.controlPlane.asked.map(({ operation }) => operation as RequestOperation)

describe('a request in absolute form', () => {
  it('is for the connection that has its host, and is judged as any other', async () => {
    await start()
    const answer = await ask('GET http://API.shop.test/customers?limit=3')
    expect(statusOf(answer)).toBe(200)
    expect(stage.controlPlane.opened).toMatchObject([
      { connection: 'shop', unverifiedCredential: 'token-1' },
    ])
    expect(judged()).toMatchObject([{ path: '/customers', query: 'limit=3' }])
    expect(received).toEqual([`GET /customers?limit=3 127.0.0.1:${stage.targetPort} -`])
  })

  it.each([
    ['http://api.shop.test', '/'],
    ['http://api.shop.test?q=1', '/?q=1'],
    ['http://api.shop.test:8443/a', '/a'],
    ['http://[::1]:8080/a', '/a'],
  ])('%s asks for %s', async (target, expected) => {
    await start()
    expect(statusOf(await ask(`GET ${target}`))).toBe(200)
    expect(received[0]).toContain(`GET ${expected} `)
  })

  it.each([
    ['a name that ends in a dot', 'http://api.shop.test./', 400],
    ['user information', 'http://api.shop.test@evil.test/', 400],
    ['user information of its own', 'http://u:p@api.shop.test/', 400],
    ['a backslash', 'http://evil.test\\.api.shop.test/', 400],
    ['an encoded host', 'http://api%2eshop.test/', 400],
    ['another scheme', 'https://api.shop.test/', 400],
    ['a scheme of files', 'file:///etc/passwd', 400],
    ['no host', 'http:///customers', 400],
  ])('is refused for %s', async (_title, target, status) => {
    await start()
    const answer = await ask(`GET ${target}`, token, 'api.shop.test')
    expect(statusOf(answer)).toBe(status)
    expect(answer).toContain('"nextStep"')
    expect([stage.controlPlane.opened, received]).toEqual([[], []])
  })

  it.each([
    ['another host', 'http://evil.test/', 'evil.test:80'],
    ['another port', 'http://api.shop.test:22/', 'api.shop.test:22'],
    ['a host below it', 'http://x.api.shop.test/', 'x.api.shop.test:80'],
    ['metadata of a cloud', 'http://169.254.169.254/latest/', '169.254.169.254:80'],
    ['a number', 'http://2130706433/', '2130706433:80'],
  ])('is refused for %s once it is known who asks', async (_title, target, connection) => {
    await start()
    const answer = await ask(`GET ${target}`, token, 'api.shop.test')
    expect(statusOf(answer)).toBe(403)
    expect(answer).toContain(`no connection that you may use here has the host ${connection}`)
    expect(stage.controlPlane.opened).toMatchObject([{ connection }])
    expect([judged(), received]).toEqual([[], []])
  })

  it.each([
    new AuthError('ERR_AUTH_FORBIDDEN', 'you lack connections:use on shop'),
    new RequestError('ERR_REQUEST_NOT_FOUND', 'there is no connection evil.test:80'),
  ])(
    'is refused alike for a host that nobody knows and one that is not for it: %s',
    async (why) => {
      await start()
      stage.controlPlane.open = () => Promise.reject(why)
      const answers = await Promise.all(
        ['http://api.shop.test/', 'http://evil.test/'].map((target) => ask(`GET ${target}`)),
      )
      const [known, unknown] = answers.map((answer) =>
        answer
          .replaceAll(/api\.shop\.test|evil\.test/g, 'host')
          .replace(/^date:.*\r\n/im, '')
          .replace(/^content-length:.*\r\n/im, ''),
      )
      expect(statusOf(known ?? '')).toBe(403)
      expect(unknown).toBe(known)
    },
  )

  it.each(['http://api.shop.test/', 'http://evil.test/'])(
    'is answered 407 without a token and with a wrong one, whatever the host: %s',
    async (target) => {
      await start()
      expect(statusOf(await ask(`GET ${target}`, ''))).toBe(407)
      expect(stage.controlPlane.opened).toEqual([])
      const wrong = new AuthError('ERR_AUTH_INVALID_TOKEN', 'the token is not valid')
      stage.controlPlane.open = () => Promise.reject(wrong)
      expect(statusOf(await ask(`GET ${target}`))).toBe(407)
    },
  )

  it('counts for itself: neither Host nor a name within the path says otherwise', async () => {
    await start()
    const answer = await ask('GET http://api.shop.test/a', token, 'evil.test')
    expect(statusOf(answer)).toBe(200)
    expect(statusOf(await ask('GET http://evil.test/shop/a', token, 'shop.localhost'))).toBe(403)
  })

  it('carries its token for the proxy; what it has for the host is no token', async () => {
    await start()
    const answer = await ask('GET http://api.shop.test/', 'authorization: Bearer token-1\r\n')
    expect(statusOf(answer)).toBe(407)
    expect(answer.toLowerCase()).toContain('proxy-authenticate: basic realm="wardgate"')
    expect(stage.controlPlane.opened).toEqual([])
  })

  it('is refused when two connections have its host, and on a listener for another', async () => {
    const others = [{ name: 'other', settings: settings.parse({ proxyHosts: ['api.shop.test'] }) }]
    await start({ others })
    const answer = await ask('GET http://api.shop.test/')
    expect(statusOf(answer)).toBe(403)
    await stage.stop()
    await start({ boundConnection: 'other' })
    expect(statusOf(await ask('GET http://api.shop.test/'))).toBe(403)
  })
})

describe('CONNECT', () => {
  /** A tunnel without TLS within: what is asked there comes back until the connection ends. */
  async function tunnel(address: string, then: string): Promise<string> {
    let sent = false
    const socket: Socket = connect(stage.port, '127.0.0.1')
    let seen = ''
    const over = new Promise<string>((resolve) => {
      socket.on('data', (chunk) => {
        seen += chunk.toString('latin1')
        if (!sent && seen.includes('\r\n\r\n') && seen.startsWith('HTTP/1.1 200')) {
          sent = true
          socket.write(then)
        }
      })
      socket.once('close', () => resolve(seen)).on('error', () => undefined)
    })
    socket.write(`CONNECT ${address} HTTP/1.1\r\nhost: ${address}\r\n${token}\r\n`)
    return over
  }
  const within = (line: string, host: string) =>
    `${line} HTTP/1.1\r\nhost: ${host}\r\nconnection: close\r\n\r\n`

  it('leads to the connection alone, with its token and every request judged', async () => {
    await start()
    const first = 'GET /a HTTP/1.1\r\nhost: api.shop.test:443\r\n\r\n'
    const seen = await tunnel('api.shop.test:443', first + within('GET /b', 'api.shop.test'))
    expect(seen.match(/HTTP\/1\.1 200/g)).toHaveLength(3)
    expect(judged().map(({ path }) => path)).toEqual(['/a', '/b'])
    expect(stage.controlPlane.opened).toMatchObject([{ unverifiedCredential: 'token-1' }])
  })

  it.each([
    ['another Host', within('GET /a', 'evil.test')],
    ['another port', within('GET /a', 'api.shop.test:8443')],
    ['no Host', 'GET /a HTTP/1.0\r\nconnection: close\r\n\r\n'],
    ['absolute form', within('GET http://api.shop.test/a', 'api.shop.test')],
    ['absolute form of another host', within('GET http://evil.test/a', 'api.shop.test')],
    ['CONNECT again', within('CONNECT api.shop.test:8443', 'api.shop.test')],
    ['two Hosts', 'GET /a HTTP/1.1\r\nhost: api.shop.test\r\nhost: evil.test\r\n\r\n'],
    ['what is no HTTP', 'SSH-2.0-OpenSSH_9.2\r\n\r\n'],
  ])('takes no request within with %s', async (_title, request) => {
    await start()
    const seen = await tunnel('api.shop.test:443', request)
    expect(seen).toMatch(/^HTTP\/1\.1 200[^]*HTTP\/1\.1 (?:400|501)/)
    expect([judged(), received]).toEqual([[], []])
  })

  it('gives no token of its own to requests within', async () => {
    await start()
    const other = 'proxy-authorization: Bearer token-2\r\nauthorization: Bearer token-3\r\n'
    const request = `GET /a HTTP/1.1\r\nhost: api.shop.test\r\n${other}connection: close\r\n\r\n`
    await tunnel('api.shop.test:443', request)
    expect(stage.controlPlane.opened).toHaveLength(1)
    expect(received).toEqual([`GET /a 127.0.0.1:${stage.targetPort} -`])
  })

  it.each([
    ['no port', 'api.shop.test', 400],
    ['a path', '/shop', 400],
    ['a URL', 'http://api.shop.test:443', 400],
    ['user information', 'x@api.shop.test:443', 400],
    ['a port that is none', 'api.shop.test:99999', 400],
  ])('is refused for %s', async (_title, address, status) => {
    await start()
    const seen = await stage.raw(`CONNECT ${address} HTTP/1.1\r\nhost: x\r\n${token}\r\n`)
    expect(statusOf(seen)).toBe(status)
    expect(stage.controlPlane.opened).toEqual([])
  })

  it.each(['evil.test:443', 'api.shop.test:22'])('is refused for %s', async (address) => {
    await start()
    const seen = await stage.raw(`CONNECT ${address} HTTP/1.1\r\nhost: x\r\n${token}\r\n`)
    expect(statusOf(seen)).toBe(403)
    expect(stage.controlPlane.opened).toMatchObject([{ connection: address }])
    const anonymous = await stage.raw(`CONNECT ${address} HTTP/1.1\r\nhost: x\r\n\r\n`)
    expect(statusOf(anonymous)).toBe(407)
  })

  it('is refused without a token, and says how to send it', async () => {
    await start()
    const seen = await stage.raw('CONNECT api.shop.test:443 HTTP/1.1\r\nhost: x\r\n\r\n')
    expect(statusOf(seen)).toBe(407)
    expect(seen).toContain('http://wardgate:<token>@host:port')
  })
})
