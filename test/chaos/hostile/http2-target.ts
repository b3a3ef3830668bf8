import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createServer, type Server, type TLSSocket } from 'node:tls'
import { makeCertificate } from '../../e2e/http/nginx'
import { ack, preface, settings } from './frames'

/** One request as it came, and the connection that it came on. */
export interface Asked {
  readonly stream: number
  readonly connection: number
  send(...frames: readonly Buffer[]): void
  /** Sends until the other side has had enough or is gone. */
  flood(frames: Buffer): void
}

const [headersType, settingsType, acknowledged] = [1, 4, 1]
/** Held for a peer that does not read before a flood waits for it. */
const mostHeld = 1024 * 1024
const mostFlooded = 16 * 1024 * 1024

/** A target over HTTP/2 that answers each request with whatever frames a test wants. */
export class Http2Target {
  answer: (asked: Asked) => void = () => undefined
  private readonly folder = mkdtempSync(join(tmpdir(), 'wardgate-http2-'))
  private readonly sockets = new Set<TLSSocket>()
  private server: Server | undefined
  private connections = 0

  async start(): Promise<number> {
    makeCertificate(this.folder)
    const of = (name: string) => readFileSync(join(this.folder, name))
    const how = { key: of('key.pem'), cert: of('cert.pem'), ALPNProtocols: ['h2'] }
    this.server = createServer(how, (socket) => this.serve(socket)).listen(0, '127.0.0.1')
    await once(this.server, 'listening')
    return (this.server.address() as AddressInfo).port
  }

  stop(): void {
    for (const socket of this.sockets) socket.destroy()
    this.server?.close()
    rmSync(this.folder, { recursive: true, force: true })
  }

  private serve(socket: TLSSocket): void {
    const connection = ++this.connections
    this.sockets.add(socket)
    socket.on('error', () => undefined).on('close', () => this.sockets.delete(socket))
    socket.write(settings())
    let rest = Buffer.alloc(0)
    let isBegun = false
    socket.on('data', (chunk: Buffer) => {
      rest = Buffer.concat([rest, chunk])
      if (!isBegun && rest.length < preface.length) return
      if (!isBegun) rest = rest.subarray(preface.length)
      isBegun = true
      for (; rest.length >= 9; rest = rest.subarray(9 + rest.readUIntBE(0, 3))) {
        if (rest.length < 9 + rest.readUIntBE(0, 3)) return
        const [type, flags] = [rest.readUInt8(3), rest.readUInt8(4)]
        if (type === settingsType && (flags & acknowledged) === 0) socket.write(ack())
        if (type === headersType)
          this.answer(askedOn(socket, connection, rest.readUInt32BE(5) & 0x7fffffff))
      }
    })
  }
}

function askedOn(socket: TLSSocket, connection: number, stream: number): Asked {
  const flood = (bytes: Buffer) => {
    let sent = 0
    const more = () => {
      while (!socket.destroyed && sent < mostFlooded && socket.writableLength < mostHeld) {
        sent += bytes.length
        socket.write(bytes)
      }
      if (!socket.destroyed && sent < mostFlooded) socket.once('drain', more)
    }
    more()
  }
  return {
    stream,
    connection,
    flood,
    send: (...frames) => {
      if (!socket.destroyed) socket.write(Buffer.concat(frames))
    },
  }
}
