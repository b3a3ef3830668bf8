import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { join } from 'node:path'
import { connect as connectTls, TLSSocket } from 'node:tls'
import { httpAgent } from '../e2e/http/register'
import { eventually } from '../support/eventually'
import { Instance, root } from '../support/instance'
import { goAway, preface, request, settings } from './hostile/frames'
import { changed, openings } from './hostile/openings'
import { Random } from './hostile/random'
import { RandomPeer } from './hostile/random-peer'

/**
 * Peers whom nobody knows and who never log in, at every port that listens: what they send ends no process. Where node
 * reads HTTP/2, a few bytes end one that is not kept from it (packages/http2).
 */

const instance = new Instance(join(root, '.cache/chaos/http2'), 22_700)

jest.setTimeout(300_000)

beforeAll(async () => {
  await instance.remove()
  await instance.start()
})

afterAll(() => instance.remove())

type Part = 'agent' | 'control-plane' | 'dev-identity-provider'
type Port = readonly [who: Part, where: string, open: () => Promise<Socket>]

const agentHttp = () => openTcp(instance.listener('http').port)

const http2Ports: readonly Port[] = [
  ['agent', 'the HTTP listener', agentHttp],
  ['control-plane', 'the port of enrolments', () => openTls(2)],
]

const http1Ports: readonly Port[] = [
  ['agent', 'the HTTP listener', agentHttp],
  ['control-plane', 'the REST API', () => openTcp(instance.portBase)],
  ['dev-identity-provider', 'its port', () => openTcp(instance.portBase + 1)],
]

const sshPorts: readonly Port[] = [
  ['agent', 'the SSH listener', () => openTcp(instance.listener('ssh').port)],
]

const openTcp = (port: number) => opened(connect(port, '127.0.0.1'), 'connect')

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

/** In order, by leaving, or by a reset; either may come before the answer. */
async function end(socket: Socket, random: Random): Promise<void> {
  const isOver = new Promise((resolve) => socket.once('close', resolve))
  if (random.below(2) === 0) await new Promise((resolve) => setTimeout(resolve, random.below(10)))
  if (socket.destroyed) return
  if (random.below(3) === 0 && !(socket instanceof TLSSocket)) socket.resetAndDestroy()
  else socket.destroy()
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
async function expectAlive(who: Part, pid: number | undefined) {
  const { url } = instance.descriptor.controlPlane
  const customers = `${httpAgent(instance)}/shop-api/customers?limit=1`
  const headers = { authorization: `Bearer ${await instance.token('aiAgent')}` }
  expect((await fetch(`${url}/health/ready`)).status).toBe(200)
  await eventually(async () => {
    const answer = await fetch(customers, { headers }).catch(() => undefined)
    return answer?.status === 200 || undefined
  })
  expect(instance.processes().get(who)).toBe(pid)
}

describe.each(http2Ports)('the %s at %s', (who, _where, open) => {
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
      await end(socket, new Random(peer))
    })
    await expectAlive(who, pid)
  })

  it('outlives frames in any order', async () => {
    const pid = instance.processes().get(who)
    await each(1000, async (seed) => {
      const random = new Random(seed)
      const peer = new RandomPeer(random)
      const socket = await open()
      await written(socket, Buffer.concat([preface, settings(), peer.burst()]))
      for (let burst = random.below(4); burst > 0; burst -= 1) await written(socket, peer.burst())
      await end(socket, random)
    })
    await expectAlive(who, pid)
  })
})

describe.each([
  ...http1Ports.map((port) => [...port, openings.http] as const),
  ...sshPorts.map((port) => [...port, openings.ssh] as const),
])('the %s at %s', (who, _where, open, known) => {
  it('outlives openings that are no such protocol, and clients that leave in them', async () => {
    const pid = instance.processes().get(who)
    await each(1000, async (seed) => {
      const random = new Random(seed)
      const bytes = changed(random.pick<Buffer>(known), random)
      const cut = random.below(bytes.length + 1)
      const socket = await open()
      await written(socket, bytes.subarray(0, cut))
      await new Promise(setImmediate)
      await written(socket, bytes.subarray(cut))
      await end(socket, random)
    })
    await expectAlive(who, pid)
  })
})
