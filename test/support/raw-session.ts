import { connect, type Socket } from 'node:net'
import { eventually } from './eventually'
import type { Instance } from './instance'

const protocolVersion = 196_608

function text(value: string): Buffer {
  return Buffer.from(`${value}\0`)
}

function int16(value: number): Buffer {
  const bytes = Buffer.alloc(2)
  bytes.writeInt16BE(value)
  return bytes
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32BE(value)
  return bytes
}

function message(type: string, ...parts: Buffer[]): Buffer {
  const body = Buffer.concat(parts)
  return Buffer.concat([Buffer.from(type), int32(body.length + 4), body])
}

/** Frontend messages, written by hand so that no driver stands in the way of an odd one. */
export const say = {
  query: (sql: string) => message('Q', text(sql)),
  parse: (name: string, sql: string) => message('P', text(name), text(sql), int16(0)),
  bind: (portal: string, name: string, format: 0 | 1 = 0) =>
    message('B', text(portal), text(name), int16(0), int16(0), int16(1), int16(format)),
  execute: (portal: string, rows = 0) => message('E', text(portal), int32(rows)),
  describe: (kind: 'S' | 'P', name: string) => message('D', Buffer.from(kind), text(name)),
  call: (functionId: number) => message('F', int32(functionId), int16(0), int16(0), int16(0)),
  sync: () => message('S'),
}

/** A session without a driver: bytes in, bytes out. */
export class RawSession {
  received = Buffer.alloc(0)
  private readonly socket: Socket

  private constructor(socket: Socket) {
    this.socket = socket
    socket.on('data', (chunk: Buffer) => {
      this.received = Buffer.concat([this.received, chunk])
    })
    socket.on('error', () => undefined)
  }

  static async open(instance: Instance, token: string): Promise<RawSession> {
    const { host, port } = instance.agent
    const session = new RawSession(connect(port, host))
    const startup = Buffer.concat([
      int32(protocolVersion),
      ...['user', 'shop', 'database', 'shop', ''].map(text),
    ])
    session.socket.write(Buffer.concat([int32(startup.length + 4), startup]))
    await session.until(() => session.received[0] === 0x52)
    session.socket.write(message('p', text(token)))
    await session.until(() => session.readyCount() > 0)
    session.received = Buffer.alloc(0)
    return session
  }

  /** Writes, and waits for this many ReadyForQuery, a notice that it waits for people, or the end. */
  async send(bytes: Buffer, readies = 1): Promise<void> {
    const before = this.readyCount()
    this.socket.write(bytes)
    await this.until(
      () =>
        this.readyCount() >= before + readies ||
        this.socket.closed ||
        this.received.includes('waiting for approval'),
    )
  }

  close(): void {
    this.socket.destroy()
  }

  private readyCount(): number {
    let count = 0
    for (let at = 0; at + 5 <= this.received.length; at += 1 + this.received.readInt32BE(at + 1)) {
      const ends = at + 1 + this.received.readInt32BE(at + 1)
      if (this.received[at] === 0x5a && ends <= this.received.length) count += 1
    }
    return count
  }

  private async until(holds: () => boolean): Promise<void> {
    await eventually(() => Promise.resolve(holds() || this.socket.closed || undefined))
  }
}
