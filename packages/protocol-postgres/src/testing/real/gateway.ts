import type { GatewayError } from '@wardgate/errors'
import type { Login, SessionGrant, Target } from '@wardgate/gateway'
import { fakeGate, fakeTarget } from '@wardgate/gateway/testing'
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { PostgresEngine } from '../../engine'
import { settings as schema } from '../../settings'
import { UpstreamPool } from '../../upstream/pool'
import { FakeClient } from '../fake-client'

export interface GatewayOptions {
  readonly grant?: Partial<SessionGrant>
  readonly settings?: Parameters<typeof schema.parse>[0]
  readonly login?: Partial<Login>
  /** Instead of TCP and unix sockets. */
  readonly dial?: (stream: { readonly host: string; readonly port: number }) => Promise<Duplex>
}

/** Engines behind a real listener, each with a gate of its own on fakes. */
export class RealGateway {
  readonly gates: ReturnType<typeof fakeGate>[] = []
  readonly errors: GatewayError[] = []
  readonly openings: unknown[] = []
  /** Changed by a test between sessions. */
  options: GatewayOptions
  private readonly pool = new UpstreamPool()
  private readonly server: Server
  private readonly sockets = new Set<Socket>()
  private readonly serving = new Set<Promise<void>>()
  private readonly clients = new Set<Duplex>()

  private constructor(options: GatewayOptions) {
    this.options = options
    this.server = createServer({ noDelay: true, allowHalfOpen: true }, (socket) => {
      this.sockets.add(socket)
      const serving = this.serve(socket).finally(() => {
        socket.destroy()
        this.sockets.delete(socket)
        this.serving.delete(serving)
      })
      this.serving.add(serving)
    })
  }

  static async start(options: GatewayOptions = {}): Promise<RealGateway> {
    const gateway = new RealGateway(options)
    await new Promise<void>((resolve) => gateway.server.listen(0, '127.0.0.1', resolve))
    return gateway
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port
  }

  /** The gate of the session that was opened last. */
  get gate(): ReturnType<typeof fakeGate> {
    const gate = this.gates.at(-1)
    if (gate === undefined) throw new Error('no session was opened')
    return gate
  }

  /** How the control plane of sessions to come answers. */
  prepare: (gate: ReturnType<typeof fakeGate>) => void = () => undefined

  socket(): Promise<Socket> {
    return dialSocket({ host: '127.0.0.1', port: this.port })
  }

  async client(parameters: Readonly<Record<string, string>> = {}): Promise<FakeClient> {
    const client = new FakeClient(await this.socket())
    this.clients.add(client.stream)
    await client.logIn({ user: 'shop', database: 'shop', ...parameters }, 'token')
    return client
  }

  /** Resolves when every session has ended and given its connection back. */
  async settled(): Promise<void> {
    await Promise.all(this.serving)
  }

  async stop(): Promise<void> {
    this.pool.close()
    for (const client of this.clients) client.destroy()
    for (const socket of this.sockets) socket.destroy()
    await new Promise((resolve) => this.server.close(resolve))
  }

  private async serve(socket: Socket): Promise<void> {
    const { options } = this
    const settings = schema.parse(options.settings ?? { pool: { warm: 0, maxIdle: 0 } })
    const engine = new PostgresEngine(socket, settings, this.pool)
    const fake = fakeGate()
    const { signal } = fake.ending
    try {
      const opening = await engine.accept(this.login(), signal)
      if (opening.kind === 'done') return
      this.openings.push(opening)
      this.prepare(fake)
      this.gates.push(fake)
      const { error } = await engine.relay(fake.gate, this.target(opening.database), signal)
      if (error !== undefined) throw error
    } catch (caught) {
      this.errors.push(caught as GatewayError)
      await engine.refuse(caught as GatewayError)
    } finally {
      fake.gate.end()
    }
  }

  private login(): Login {
    const cancel = (key: Uint8Array) => {
      for (const { cancels } of this.gates) cancels.cancel(key)
    }
    return { clientAddress: '', plaintextAllowed: true, cancel, ...this.options.login }
  }

  private target(database: string): Target {
    return fakeTarget(this.options.dial ?? dialSocket, { database, ...this.options.grant })
  }
}

export async function dialSocket({
  host,
  port,
}: {
  readonly host: string
  readonly port: number
}): Promise<Socket> {
  const where = host.startsWith('/') ? { path: `${host}/.s.PGSQL.${port}` } : { host, port }
  const socket = connect({ ...where, noDelay: true, allowHalfOpen: true })
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve).once('error', reject)
  })
  return socket
}
