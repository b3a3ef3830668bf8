import type { ServerCertificate } from '@wardgate/gateway'
import { once } from 'node:events'
import { connect as connectHttp2 } from 'node:http2'
import { connect, type Socket } from 'node:net'
import { connect as connectTls, type TLSSocket } from 'node:tls'
import { selfSigned } from './testing/certificate'
import { Stage } from './testing/stage'

const host = 'api.shop.test'
let certificate: ServerCertificate
let stage: Stage

beforeAll(async () => {
  certificate = await selfSigned(host)
})
afterEach(() => stage.stop())

interface Answer {
  readonly status: unknown
  readonly text: string
}

/** One request over HTTP/2 on a socket that has agreed on it. */
async function askHttp2(socket: TLSSocket, headers: object): Promise<Answer> {
  const session = connectHttp2(`https://${host}`, { createConnection: () => socket })
  const stream = session.request({ ':path': '/a', ...headers })
  const [answer] = (await once(stream, 'response')) as [Record<string, unknown>]
  let text = ''
  for await (const part of stream) text += String(part)
  session.destroy()
  return { status: answer[':status'], text }
}

async function secure(socket: Socket, options: object): Promise<TLSSocket> {
  const ca = certificate.cert
  const secured = connectTls({ socket, ca, servername: host, ...options })
  await once(secured, 'secureConnect')
  return secured
}

async function tunnel(): Promise<Socket> {
  const certificateFor = () => Promise.resolve(certificate)
  stage = await Stage.start({ settings: { proxyHosts: [host] }, certificateFor })
  const socket = connect(stage.port, '127.0.0.1')
  socket.write(`CONNECT ${host}:443 HTTP/1.1\r\nhost: ${host}\r\n`)
  socket.write('proxy-authorization: Bearer token-1\r\n\r\n')
  const [answer] = (await once(socket, 'data')) as [Buffer]
  expect(answer.toString()).toBe('HTTP/1.1 200 Connection Established\r\n\r\n')
  return socket
}

it.each(['h2', 'http/1.1'])('a listener with TLS speaks %s', async (protocol) => {
  stage = await Stage.start({ tls: certificate })
  const socket = await secure(connect(stage.port, '127.0.0.1'), { ALPNProtocols: [protocol] })
  expect(socket.alpnProtocol).toBe(protocol)
  const authorization = 'Bearer token-1'
  if (protocol === 'h2') {
    const answer = await askHttp2(socket, { ':path': '/shop/a', authorization })
    expect(answer).toEqual({ status: 200, text: 'ok' })
    return
  }
  socket.write(`GET /shop/a HTTP/1.1\r\nhost: x\r\nauthorization: ${authorization}\r\n\r\n`)
  const [answer] = (await once(socket, 'data')) as [Buffer]
  expect(answer.toString()).toMatch(/^HTTP\/1\.1 200/)
  socket.destroy()
})

describe('within a tunnel', () => {
  const ALPNProtocols = ['h2']

  it('HTTP/2 is spoken to the host of the tunnel', async () => {
    const socket = await secure(await tunnel(), { ALPNProtocols })
    expect(await askHttp2(socket, {})).toEqual({ status: 200, text: 'ok' })
    expect(stage.controlPlane.asked).toMatchObject([{ operation: { path: '/a' } }])
  })

  it.each([
    ['another :authority', { ':authority': 'evil.test' }],
    ['another port', { ':authority': `${host}:8443` }],
    ['a Host that is not its :authority', { host: 'evil.test' }],
    ['no :authority', { ':authority': '' }],
  ])('no request is taken with %s', async (_title, headers) => {
    const socket = await secure(await tunnel(), { ALPNProtocols })
    const answer = await askHttp2(socket, headers).catch(() => undefined)
    expect([undefined, 400]).toContain(answer?.status)
    expect(stage.controlPlane.asked).toEqual([])
  })

  it('no other name is stood for', async () => {
    const socket = connectTls({
      socket: await tunnel(),
      ca: certificate.cert,
      servername: 'evil.test',
    })
    const [error] = (await once(socket, 'error')) as [Error]
    expect(error.message).not.toBe('')
    expect(stage.controlPlane.asked).toEqual([])
  })
})

it('ends the session of an HTTP/2 client that leaves without a word', async () => {
  stage = await Stage.start({ tls: certificate })
  const under = connect(stage.port, '127.0.0.1')
  const socket = await secure(under, { ALPNProtocols: ['h2'] })
  const session = connectHttp2(`https://${host}`, { createConnection: () => socket })
  const stream = session.request({ ':path': '/shop/a', authorization: 'Bearer token-1' })
  await once(stream, 'response')
  stream.resume()
  await once(stream, 'close')
  under.destroy()
  await stage.spool.until(({ entries }) => entries.some(({ kind }) => kind === 'session-ended'))
})
