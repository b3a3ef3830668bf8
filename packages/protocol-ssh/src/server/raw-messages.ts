import { ByteWriter } from '@wardgate/wire'
import { putString } from '@wardgate/wire/openssh'
import type { Client, Connection, Session } from 'ssh2'
import { inside, remoteOf, type Inside } from '../transport/inside'

const disconnectMessage = 1 // SSH_MSG_DISCONNECT, RFC 4253 section 11.1
const bannerMessage = 53 // SSH_MSG_USERAUTH_BANNER, RFC 4252 section 5.4

/** Text that clients print before they are let in. Silently nothing while keys are being exchanged. */
export function sendBanner(connection: Connection, text: string): void {
  const protocol = inside(connection)
  if (protocol._kexinit !== undefined) return
  send(protocol, Buffer.concat([Buffer.of(bannerMessage), string(text), string('')]))
}

function send({ _packetRW: { write }, _cipher: cipher }: Inside, payload: Buffer): void {
  const packet = write.alloc(payload.length)
  payload.copy(packet, write.allocStart)
  cipher.encrypt(write.finalize(packet))
}

const authenticationRequest = 50 // SSH_MSG_USERAUTH_REQUEST, RFC 4252 section 5

/**
 * Has the library log in by what `sign` makes of the session's identifier, where it would have offered a key: it asks
 * first whether the key is welcome, and its own request has no room for another signature than one by the key's name.
 */
export function replaceKeyLogin(
  client: Client,
  request: (user: string, sessionId: Buffer) => Buffer,
): void {
  const protocol = inside(client)
  protocol.authPK = (user) => {
    protocol._authsQueue.push('publickey')
    send(
      protocol,
      Buffer.concat([Buffer.of(authenticationRequest), request(user, protocol._kex.sessionID)]),
    )
  }
}

/** Reasons of RFC 4253 section 11.1 that are used here. */
export const disconnectReasons = {
  protocolError: 2,
  byApplication: 11,
  tooManyConnections: 12,
  noMoreAuthMethods: 14,
} as const

/** Says why and that this is the end. Legal at any time, also during a key exchange. */
export function sendDisconnect(connection: Connection, reason: number, text: string): void {
  const protocol = inside(connection)
  const { write } = protocol._packetRW
  const code = Buffer.alloc(5)
  code.writeUInt8(disconnectMessage, 0)
  code.writeUInt32BE(reason, 1)
  const payload = Buffer.concat([code, string(text), string('')])
  const packet = write.alloc(payload.length, true)
  payload.copy(packet, write.allocStartKEX)
  protocol._cipher.encrypt(write.finalize(packet, true))
}

const stderrData = 1 // SSH_EXTENDED_DATA_STDERR, RFC 4254 section 5.2

/** Answers a request of a session that could not be read, as a command that was refused. */
export function refuseUnread(
  connection: Connection,
  session: Session,
  { text, status }: { readonly text: string; readonly status: number },
): void {
  const protocol = inside(connection)
  const remote = remoteOf(session)
  protocol.channelSuccess(remote)
  protocol.channelExtData(remote, Buffer.from(text), stderrData)
  protocol.exitStatus(remote, status)
  protocol.channelClose(remote)
}

const administrativelyProhibited = 1 // SSH_OPEN_ADMINISTRATIVELY_PROHIBITED, RFC 4254 section 5.1

/** Refuses a channel with a reason in words; the library's own refusal has none. */
export function rejectChannel(connection: Connection, reject: () => void, text: string): void {
  const protocol = inside(connection)
  const original = protocol.channelOpenFail
  protocol.channelOpenFail = (remote) =>
    original.call(protocol, remote, administrativelyProhibited, text)
  try {
    reject()
  } finally {
    protocol.channelOpenFail = original
  }
}

function string(text: string): Buffer {
  return Buffer.from(putString(new ByteWriter(), text).finish())
}
