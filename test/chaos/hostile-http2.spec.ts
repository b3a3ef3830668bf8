import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { join } from 'node:path'
import { connect as connectTls } from 'node:tls'
import { eventually } from '../support/eventually'
import { Instance, root } from '../support/instance'
import { goAway, preface, request, settings } from './http2/frames'
import { RandomPeer } from './http2/peer'

/**
 * Peers whom nobody knows and who never log in, at the ports where HTTP/2 is read by node: a few of these bytes end
 * a node process that is not kept from it (packages/http2).
 */

const instance = new Instance(join(root, '.cache/chaos/http2'), 22_700)

jest.setTimeout(300_000)

beforeAll(async () => {
  await instance.remove()
  await instance.start()
})

afterAll(() => instance.remove())

const ports: readonly (readonly [
  who: 'agent' | 'control-plane',
  where: string,
  open: () => Promise<Socket>,
])[] = [
  ['agent', 'the HTTP listener', () => opened(connect(instance.listener('http')), 'connect')],
  ['control-plane', 'the port of enrolments', () => openTls(2)],
]

function openTls(offset: number): Promise<Socket> {
  const socket = connectTls({
    host: '127.0.0.1',
    port: instance.portBase + offset,
    ALPNProtocols: ['h2'],
    rejectUnauthorized: false,
  })
  return opened(socket, 'secureConnect')
}

async function opened(socket: Socket, event: string): Promise<Socket> {
  await once(socket, event)
  return socket.on('error', () => undefined).resume()
}

/** Runs some hundreds of peers, as many at once as a small machine serves. */
async function each(peers: number, run: (peer: number) => Promise<void>): Promise<void> {
  let next = 0
  const one = async () => {
    while (next < peers) await run(next++)
  }
  await Promise.all(Array.from({ length: 25 }, one))
}

async function end(socket: Socket): Promise<void> {
  const isOver = once(socket, 'close')
  socket.destroy()
  await isOver
}

async function written(socket: Socket, bytes: Buffer): Promise<void> {
  if (socket.destroyed) return
  await new Promise<void>((resolve) => {
    socket.once('close', resolve)
    socket.write(bytes, () => resolve())
  })
}

/** What was sent has been read once this is answered. Many that do not log in make others of their network wait. */
async function expectAlive(who: 'agent' | 'control-plane', pid: number | undefined) {
  const { url } = instance.descriptor.controlPlane
  const { host, port } = instance.listener('http')
  const headers = { authorization: `Bearer ${await instance.token('aiAgent')}` }
  expect((await fetch(`${url}/health/ready`)).status).toBe(200)
  await eventually(async () => {
    const answer = await fetch(`http://${host}:${port}/shop-api/customers?limit=1`, {
      headers,
    }).catch(() => undefined)
    return answer?.status === 200 || undefined
  })
  expect(instance.processes().get(who)).toBe(pid)
}

describe.each(ports)('the %s at %s', (who, _where, open) => {
  it('outlives requests that follow the GOAWAY of their client in one piece', async () => {
    const pid = instance.processes().get(who)
    const late = [1, 3, 5, 7, 9].map(request)
    const later = [11, 13, 15, 17, 19].map(request)
    const pieces = [
      Buffer.concat([preface, settings(), goAway(), ...late]),
      Buffer.concat([preface, settings(), ...late, goAway(), ...later]),
      Buffer.concat([preface, settings(), ...late, goAway(1), ...later]),
    ]
    await each(600, async (peer) => {
      const socket = await open()
      await written(socket, pieces[peer % pieces.length] as Buffer)
      await new Promise(setImmediate)
      await end(socket)
    })
    await expectAlive(who, pid)
  })

  it('outlives frames in any order', async () => {
    const pid = instance.processes().get(who)
    await each(1000, async (seed) => {
      const peer = new RandomPeer(seed)
      const socket = await open()
      await written(socket, Buffer.concat([preface, settings(), peer.burst()]))
      for (let burst = peer.below(4); burst > 0; burst -= 1) await written(socket, peer.burst())
      await end(socket)
    })
    await expectAlive(who, pid)
  })
})
