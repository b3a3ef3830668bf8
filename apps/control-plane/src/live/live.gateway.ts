import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import {
  type BeforeApplicationShutdown,
  Injectable,
  type OnApplicationBootstrap,
} from '@nestjs/common'
import { HttpAdapterHost } from '@nestjs/core'
import { type WebSocket, WebSocketServer } from 'ws'
import { z } from 'zod'
import { Authenticator } from '../common/auth/authenticator'
import { sessionCookie } from '../common/auth/access.guard'
import { connectionsFor, type Identity } from '../common/auth/identity'
import { DatabaseListener } from '../common/database/listener'
import { Config } from '../config/config'
import { liveChannel, type LiveEvent } from './live-event'

const mostClients = 1_000
/** A screen that reads slower than this is behind for good; it connects again and reads anew. */
const mostBufferedBytes = 1 << 20

const event = z.discriminatedUnion('type', [
  z.object({ type: z.literal('approval-request'), id: z.string(), state: z.string() }),
  z.object({ type: z.literal('session'), id: z.string(), state: z.string() }),
  z.object({ type: z.literal('operation'), sessionId: z.string(), count: z.number() }),
])

interface Viewer {
  readonly socket: WebSocket
  readonly identity: Identity
  readonly topics: ReadonlySet<string> | undefined
}

/** /v1/live: tells screens that something changed. What it is they read over REST, with their permissions. */
@Injectable()
export class LiveGateway implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly server = new WebSocketServer({ noServer: true, maxPayload: 1_024 })
  private readonly viewers = new Set<Viewer>()

  constructor(
    private readonly host: HttpAdapterHost,
    private readonly authenticator: Authenticator,
    private readonly listener: DatabaseListener,
    private readonly config: Config,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.listener.listen(liveChannel, (payload) => {
      const parsed = event.safeParse(JSON.parse(payload))
      if (parsed.success) this.tell(parsed.data)
    })
    const http = this.host.httpAdapter.getHttpServer() as NodeJS.EventEmitter
    http.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      // node listens no more once it has given the socket away, and an error that nobody hears ends the process.
      socket.on('error', () => socket.destroy())
      this.upgrade(request, socket, head).catch(() => refuse(socket, '401 Unauthorized'))
    })
  }

  beforeApplicationShutdown(): void {
    for (const { socket } of this.viewers) socket.close(1_001)
    this.server.close()
  }

  private async upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://localhost')
    if (url.pathname !== '/v1/live') return refuse(socket, '404 Not Found')
    if (this.viewers.size >= mostClients) return refuse(socket, '503 Service Unavailable')
    const identity = await this.identify(request)
    if (identity === undefined) return refuse(socket, '401 Unauthorized')
    const topics = url.searchParams.get('topics')?.split(',').filter(Boolean)
    this.server.handleUpgrade(request, socket, head, (open) => {
      const viewer = { socket: open, identity, topics: topics && new Set(topics) }
      this.viewers.add(viewer)
      const life = Math.min(identity.expiresAt.getTime() - Date.now(), 2 ** 31 - 1)
      const timer = setTimeout(() => open.close(4_001, 'the log-in has ended'), life).unref()
      open.once('close', () => {
        clearTimeout(timer)
        this.viewers.delete(viewer)
      })
      open.on('error', () => open.terminate())
    })
  }

  /** A cookie counts only from our own pages: browsers send it with any page's WebSocket. */
  private async identify(request: IncomingMessage): Promise<Identity | undefined> {
    const token = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1]
    const address = request.socket.remoteAddress ?? ''
    if (token !== undefined)
      return this.authenticator.authenticate(token, { address, surface: 'live' })
    if (request.headers.origin !== new URL(this.config.publicUrl).origin) return undefined
    const cookies = (request.headers.cookie ?? '').split(/; */)
    const cookie = cookies.find((pair) => pair.startsWith(`${sessionCookie}=`))
    if (cookie === undefined) return undefined
    return this.authenticator.authenticateCookie(cookie.slice(sessionCookie.length + 1))
  }

  private tell(changed: LiveEvent): void {
    const text = JSON.stringify(changed)
    for (const { socket, identity, topics } of this.viewers) {
      if (topics !== undefined && !topics.has(changed.type)) continue
      if (!mayHear(identity, changed)) continue
      if (socket.bufferedAmount > mostBufferedBytes) socket.terminate()
      else socket.send(text)
    }
  }
}

/** Ids alone travel here; who may read only some of them is told when reading. */
function mayHear(identity: Identity, { type }: LiveEvent): boolean {
  const needed =
    type === 'approval-request'
      ? (['approvals:read', 'approvals:read-own'] as const)
      : (['sessions:read', 'sessions:read-own'] as const)
  return needed.some((permission) => {
    const scope = connectionsFor(identity, permission)
    return scope === 'all' || scope.length > 0
  })
}

function refuse(socket: Duplex, status: string): void {
  const answer = `HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`
  socket.end(answer, () => socket.destroy())
}
