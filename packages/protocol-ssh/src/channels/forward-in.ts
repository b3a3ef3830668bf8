import type { Permit } from '@wardgate/gateway'
import type { Client, ClientChannel, Connection, TcpConnectionDetails } from 'ssh2'
import { carry } from './forward-out'
import { binaryOutput } from './output-type'
import type { Relaying } from './relaying'
import { submitFrom } from './submission'

export interface ListenRequest {
  readonly host: string
  readonly port: number
  readonly accept: (chosenPort?: number) => void
  readonly reject: () => void
  /** The client's connection. */
  readonly closed: AbortSignal
}

/** One port at the target that the client listens on. */
interface Listening {
  readonly permit: Permit
  bytes: number
}

/** Ports at the target whose connections come to the client (tcpip-forward, RFC 4254 section 7.1). */
export class ForwardIn {
  readonly #relaying: Relaying
  readonly #listening = new Map<string, Listening>()

  constructor(relaying: Relaying) {
    this.#relaying = relaying
    relaying.upstream.on('tcp connection', (details, accept, reject) => {
      const listening = this.#listening.get(keyOf(details.destIP, details.destPort))
      if (listening === undefined) return reject()
      this.#connect(details, listening, accept)
    })
  }

  /** The permit is for all that comes in on the port, until the client gives it back. */
  async listen({ host, port, accept, reject, closed }: ListenRequest): Promise<void> {
    const operation = { kind: 'forward', direction: 'in', host, port } as const
    const answer = await submitFrom(this.#relaying, operation, { stderr: undefined, closed })
    if (answer.kind === 'denial') return reject()
    const nothing = { rows: 0, bytes: 0, maskedCells: 0 }
    try {
      answer.body(binaryOutput)
      const chosen = await bind(this.#relaying.upstream, { host, port }, answer)
      this.#listening.set(keyOf(host, chosen), { permit: answer, bytes: 0 })
      accept(chosen)
    } catch {
      answer.settle({ status: 'failed', ...nothing })
      reject()
    }
  }

  /** False when there is no such port. */
  cancel(host: string, port: number): boolean {
    const key = keyOf(host, port)
    const listening = this.#listening.get(key)
    if (listening === undefined) return false
    this.#listening.delete(key)
    this.#relaying.upstream.unforwardIn(host, port)
    const { permit, bytes } = listening
    permit.settle({ status: 'succeeded', rows: 0, bytes, maskedCells: 0 })
    return true
  }

  #connect(details: TcpConnectionDetails, listening: Listening, accept: () => ClientChannel): void {
    const masker = listening.permit.body(binaryOutput)
    const opened = (error: Error | undefined, channel: Parameters<typeof carry>[1]['channel']) => {
      const stream = accept()
      if (error !== undefined) return stream.close()
      const carried = carry(this.#relaying, { stream, channel, masker })
      void carried.ended.then(() => (listening.bytes += carried.bytes()))
    }
    forwardToClient(this.#relaying.connection, details, opened)
  }
}

function forwardToClient(
  connection: Connection,
  { destIP, destPort, srcIP, srcPort }: TcpConnectionDetails,
  opened: Parameters<Connection['forwardOut']>[4],
): void {
  connection.forwardOut(destIP, destPort, srcIP, srcPort, opened)
}

function bind(
  upstream: Client,
  { host, port }: { readonly host: string; readonly port: number },
  _permit: Permit,
): Promise<number> {
  return new Promise((resolve, reject) => {
    upstream.forwardIn(host, port, (error, chosen) => {
      if (error === undefined) resolve(port === 0 ? chosen : port)
      else reject(error)
    })
  })
}

function keyOf(host: string, port: number): string {
  return `${host}:${port}`
}
