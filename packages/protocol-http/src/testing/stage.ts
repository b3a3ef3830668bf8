import {
  createGateway,
  type Gateway,
  type ServedConnection,
  type ServerCertificate,
  type SessionGrant,
} from '@wardgate/gateway'
import {
  FakeControlPlane,
  fakeGrant,
  ManualClock,
  MemoryLog,
  MemoryRecorder,
  MemorySpool,
} from '@wardgate/gateway/testing'
import { createServer as createHttpServer, type RequestListener, type Server } from 'node:http'
import {
  connect,
  createServer,
  type AddressInfo,
  type Server as NetServer,
  type Socket,
} from 'node:net'
import type { Duplex } from 'node:stream'
import { Front } from '../client/front'
import { HttpEngine } from '../engine'
import { http } from '../index'
import { settings as schema } from '../settings'
import { UpstreamPools } from '../upstream/pools'

export interface StageOptions {
  readonly target?: RequestListener
  readonly settings?: unknown
  readonly grant?: Partial<SessionGrant>
  readonly tls?: { readonly key: string; readonly cert: string }
  readonly boundConnection?: string
  readonly certificateFor?: (host: string) => Promise<ServerCertificate>
  /** Other connections that the agent serves. */
  readonly others?: readonly ServedConnection[]
}

/** A real gateway and a real target on sockets, with a control plane that the test writes. */
export class Stage {
  readonly controlPlane = new FakeControlPlane()
  readonly spool = new MemorySpool()
  readonly clock = new ManualClock()
  readonly log = new MemoryLog()
  readonly recorder = new MemoryRecorder()
  readonly shared = { front: new Front(), pools: new UpstreamPools() }
  readonly target: Server
  readonly gateway: Gateway
  readonly #listener: NetServer
  readonly #sockets = new Set<Duplex>()

  private constructor(options: StageOptions) {
    this.target = createHttpServer(options.target ?? ((_request, response) => response.end('ok')))
    this.gateway = createGateway({
      controlPlane: this.controlPlane,
      spool: this.spool,
      log: this.log,
      createRecorder: () => this.recorder,
      clock: this.clock,
      timers: this.clock,
      dialler: { dial: ({ host, port }) => this.#dial(host, port) },
    })
    const settings = schema.parse(options.settings)
    const protocol = {
      ...http,
      createEngine: (client: Duplex) => new HttpEngine(client, settings, this.shared),
    }
    const { boundConnection, tls } = options
    const served = [{ name: 'shop', settings }, ...(options.others ?? [])]
    const listener = {
      name: 'test',
      protocol,
      settings,
      settingsOf: (name: string) => (name === 'shop' ? settings : undefined),
      connections: () => served,
      ...(options.certificateFor === undefined ? {} : { certificateFor: options.certificateFor }),
      plaintextAllowed: true,
      ...(boundConnection === undefined ? {} : { boundConnection }),
      ...(tls === undefined ? {} : { tls }),
    }
    this.#listener = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
      this.#sockets.add(client)
      void this.gateway.serve({ client, clientAddress: '192.0.2.1:4711', listener })
    })
  }

  static async start(options: StageOptions = {}): Promise<Stage> {
    const stage = new Stage(options)
    await new Promise<void>((resolve) => stage.target.listen(0, '127.0.0.1', resolve))
    await new Promise<void>((resolve) => stage.#listener.listen(0, '127.0.0.1', resolve))
    stage.controlPlane.grant = fakeGrant({
      endpoints: [{ host: '127.0.0.1', port: portOf(stage.target) }],
      credential: { kind: 'none', user: '' },
      ...options.grant,
    })
    return stage
  }

  get port(): number {
    return portOf(this.#listener)
  }

  get targetPort(): number {
    return portOf(this.target)
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}/shop`
  }

  fetch(path: string, { headers, ...init }: RequestInit = {}): Promise<Response> {
    const authorization = { authorization: 'Bearer token-1' }
    return fetch(`${this.url}${path}`, {
      redirect: 'manual',
      ...init,
      headers: { ...authorization, ...(headers as Record<string, string> | undefined) },
    })
  }

  /** Bytes as they are, and everything that comes back until the connection ends or `isEnough`. */
  raw(bytes: string | Buffer, isEnough: (seen: string) => boolean = () => false): Promise<string> {
    return new Promise((resolve) => {
      const socket = connect(this.port, '127.0.0.1')
      this.#sockets.add(socket)
      let seen = ''
      const done = () => {
        socket.destroy()
        resolve(seen)
      }
      socket.on('data', (chunk) => {
        seen += chunk.toString('latin1')
        if (isEnough(seen)) done()
      })
      socket.once('close', done).on('error', () => undefined)
      socket.write(bytes)
    })
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    this.shared.front.close()
    this.shared.pools.close()
    this.target.closeAllConnections()
    await new Promise((resolve) => this.target.close(resolve))
    await new Promise((resolve) => this.#listener.close(resolve))
  }

  async #dial(host: string, port: number): Promise<Socket> {
    const socket = connect({ host, port, noDelay: true })
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve).once('error', reject)
    })
    return socket
  }
}

function portOf(server: Server | NetServer): number {
  return (server.address() as AddressInfo).port
}
