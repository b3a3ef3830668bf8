import { TargetError } from '@wardgate/errors'
import type { Permit, Target } from '@wardgate/gateway'
import { WebSocket } from 'ws'
import { dialTarget } from '../upstream/dial'
import { requestTarget, type Outgoing } from '../upstream/outgoing'
import { MAX_WEBSOCKET_MESSAGE_BYTES } from '../wire/limits'

/** What the library says by itself. */
const ownHeaders = /^(?:upgrade|host|origin|sec-websocket-.*)$/

/** Opens the target's end of a WebSocket that a permit was given for. Resolves when the target has agreed. */
export async function openUpstream(
  _permit: Permit,
  target: Target,
  outgoing: Outgoing,
  millis: number,
): Promise<WebSocket> {
  const stream = await dialTarget(target, { millis, protocols: ['http/1.1'], isKept: false })
  const socket = new WebSocket(
    // The stream is encrypted already where it has to be.
    `ws://${outgoing.authority}${requestTarget(outgoing)}`,
    protocolsOf(outgoing),
    {
      createConnection: () => stream as never,
      perMessageDeflate: false,
      followRedirects: false,
      handshakeTimeout: millis,
      maxPayload: MAX_WEBSOCKET_MESSAGE_BYTES,
      headers: headersOf(outgoing),
    },
  )
  try {
    await opened(socket)
    return socket
  } catch (cause) {
    stream.destroy()
    throw cause
  }
}

function opened(socket: WebSocket): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (message: string, cause?: unknown) =>
      reject(new TargetError('ERR_TARGET_LOST', message, { cause }))
    // What comes after this is listened to by whoever relays.
    socket.on('error', (cause) => fail('the target opened no WebSocket', cause))
    socket.once('open', resolve)
    socket.once('unexpected-response', (_request, { statusCode }) => {
      fail(`the target answered ${statusCode ?? 0} to the WebSocket`)
    })
  })
}

function protocolsOf({ headers }: Outgoing): string[] {
  return headers
    .filter(({ name }) => name === 'sec-websocket-protocol')
    .flatMap(({ value }) => value.split(','))
    .map((name) => name.trim())
    .filter((name) => name !== '')
}

function headersOf({ headers, authority }: Outgoing): Record<string, string> {
  const kept = headers.filter(({ name }) => !ownHeaders.test(name))
  const origin = headers.filter(({ name }) => name === 'origin')
  return {
    ...Object.fromEntries([...kept, ...origin].map(({ name, value }) => [name, value])),
    host: authority,
  }
}
