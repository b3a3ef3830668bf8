import { TargetError, toGatewayError } from '@wardgate/errors'
import type { Permit, Target } from '@wardgate/gateway'
import { WebSocket } from 'ws'
import { dialTarget } from '../upstream/dial'
import { requestTarget, type Outgoing } from '../upstream/outgoing'
import { MAX_WEBSOCKET_MESSAGE_BYTES } from '../wire/limits'
import { protocolsIn } from './subprotocols'

/** What the library says by itself. */
const ownHeaders = /^(?:upgrade|host|origin|sec-websocket-.*)$/

export interface OpenOptions {
  readonly millis: number
  readonly signal: AbortSignal
  /** Told of the status that came instead. */
  readonly refused: (status: number) => void
}

/** Opens the target's end of a WebSocket that a permit was given for. Resolves when the target has agreed; aborted, it leaves. */
export async function openUpstream(
  _permit: Permit,
  target: Target,
  outgoing: Outgoing,
  { millis, signal, refused }: OpenOptions,
): Promise<WebSocket> {
  const stream = await dialTarget(target, { millis, protocols: ['http/1.1'], isKept: false })
  const abandon = () => void stream.destroy()
  try {
    const socket = new WebSocket(
      // The stream is encrypted already where it has to be.
      `ws://${outgoing.authority}${requestTarget(outgoing)}`,
      protocolsIn(outgoing.headers),
      {
        createConnection: () => stream as never,
        perMessageDeflate: false,
        followRedirects: false,
        handshakeTimeout: millis,
        maxPayload: MAX_WEBSOCKET_MESSAGE_BYTES,
        headers: headersOf(outgoing),
      },
    )
    signal.addEventListener('abort', abandon)
    if (signal.aborted) abandon()
    await opened(socket, refused)
    return socket
  } catch (cause) {
    stream.destroy()
    throw signal.aborted ? toGatewayError(signal.reason) : cause
  } finally {
    signal.removeEventListener('abort', abandon)
  }
}

function opened(socket: WebSocket, refused: OpenOptions['refused']): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (message: string, cause?: unknown) =>
      reject(new TargetError('ERR_TARGET_LOST', message, { cause }))
    // What comes after this is listened to by whoever relays.
    socket.on('error', (cause) => fail('the target opened no WebSocket', cause))
    socket.once('open', resolve)
    socket.once('unexpected-response', (_request, { statusCode = 0 }) => {
      refused(statusCode)
      fail(`the target answered ${statusCode} to the WebSocket`)
    })
  })
}

function headersOf({ headers, authority }: Outgoing): Record<string, string> {
  const kept = headers.filter(({ name }) => !ownHeaders.test(name))
  const origin = headers.filter(({ name }) => name === 'origin')
  return {
    ...Object.fromEntries([...kept, ...origin].map(({ name, value }) => [name, value])),
    host: authority,
  }
}
