import type { FastifyInstance } from 'fastify'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

/** What takes longer is cut: its client asks another replica, or this one again. */
const graceMillis = 2_000

/**
 * Keeps the end of the application from waiting for clients. node ends those that had an answer and wait; one that never asks, as
 * browsers open in advance, sends half of a request or does not answer the end of a WebSocket would hold it for ever.
 */
export function endConnections(fastify: FastifyInstance): void {
  const connections = new Connections(fastify.server)
  fastify.addHook('preClose', (done) => {
    connections.end()
    done()
  })
}

class Connections {
  private readonly idle = new Set<Socket>()
  private readonly busy = new Set<Socket>()
  private isEnding = false

  constructor(server: Server) {
    server.on('connection', (socket) => this.opened(socket))
    server.on('request', ({ socket }, response) => this.asked(socket, response))
    server.on('upgrade', ({ socket }: IncomingMessage) => this.occupied(socket))
  }

  end(): void {
    this.isEnding = true
    for (const socket of this.idle) socket.destroy()
    setTimeout(() => {
      for (const socket of this.busy) socket.destroy()
    }, graceMillis).unref()
  }

  private opened(socket: Socket): void {
    // A last one may have been on its way when the server stopped listening.
    if (this.isEnding) socket.destroy()
    this.idle.add(socket)
    socket.once('close', () => {
      this.idle.delete(socket)
      this.busy.delete(socket)
    })
  }

  private asked(socket: Socket, response: ServerResponse): void {
    this.occupied(socket)
    response.once('close', () => {
      this.busy.delete(socket)
      if (this.isEnding) socket.end(() => socket.destroy())
      else if (!socket.destroyed) this.idle.add(socket)
    })
  }

  private occupied(socket: Socket): void {
    this.idle.delete(socket)
    if (!socket.destroyed) this.busy.add(socket)
  }
}
