import { toGatewayError } from '@wardgate/errors'
import type { Permit } from '@wardgate/gateway'
import type { Client, ClientChannel, ServerChannel, TcpipRequestInfo } from 'ssh2'
import { reasonOf } from '../errors'
import { notOpened } from './open-command'
import { binaryOutput } from './output-type'
import { Pump } from './pump'
import type { Relaying } from './relaying'
import { submitFrom } from './submission'

export interface ForwardRequest {
  readonly info: TcpipRequestInfo
  readonly accept: () => ServerChannel
  readonly reject: (why: string) => void
  readonly closed: AbortSignal
}

/** A stream to somewhere beyond the target (direct-tcpip, RFC 4254 section 7.2). */
export async function forwardOut(relaying: Relaying, request: ForwardRequest): Promise<void> {
  const { info, closed, reject } = request
  const { destIP: host, destPort: port } = info
  const operation = { kind: 'forward', direction: 'out', host, port } as const
  const answer = await submitFrom(relaying, operation, { stderr: undefined, closed })
  if (answer.kind === 'denial') return reject(`wardgate: ${reasonOf(answer.error)}`)
  let carried: Carried | undefined
  try {
    // A stream of bytes that nobody can read into: a plan that masks anything refuses it here.
    const masker = answer.body(binaryOutput)
    const stream = await open(relaying.upstream, info, answer)
    carried = carry(relaying, { stream, channel: request.accept(), masker })
    await carried.ended
  } catch (caught) {
    if (carried === undefined) reject(`wardgate: ${reasonOf(toGatewayError(caught))}`)
  } finally {
    const status = carried === undefined ? 'failed' : 'succeeded'
    answer.settle({ status, rows: 0, bytes: carried?.bytes() ?? 0, maskedCells: 0 })
  }
}

function open(upstream: Client, info: TcpipRequestInfo, _permit: Permit): Promise<ClientChannel> {
  const { srcIP, srcPort, destIP, destPort } = info
  return new Promise((resolve, reject) => {
    upstream.forwardOut(srcIP, srcPort, destIP, destPort, (error, stream) => {
      if (error === undefined) resolve(stream)
      else reject(notOpened(error))
    })
  })
}

interface Carried {
  readonly ended: Promise<unknown>
  bytes(): number
}

interface Ends {
  /** At the target. */
  readonly stream: ClientChannel | ServerChannel
  /** At the client. */
  readonly channel: ServerChannel | ClientChannel
  readonly masker: ReturnType<Permit['body']>
}

/** Both directions until both have ended, or either side is gone. */
export function carry({ touch }: Relaying, { stream, channel, masker }: Ends): Carried {
  for (const end of [stream, channel]) end.on('error', () => undefined)
  const out = new Pump({ from: stream, to: channel, masker, seen: touch })
  const sent = new Pump({ from: channel, to: stream, seen: touch })
  const [endChannel, endStream] = [() => channel.end(), () => stream.end()]
  void out.done.then(endChannel, endChannel)
  void sent.done.then(endStream, endStream)
  channel.once('close', () => stream.close())
  stream.once('close', () => channel.close())
  return { ended: Promise.all([out.done, sent.done]), bytes: () => out.bytes }
}
