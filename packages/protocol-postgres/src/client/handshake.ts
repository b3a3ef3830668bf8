import { AuthError, ProtocolError } from '@wardgate/errors'
import type { Login } from '@wardgate/gateway'
import { ByteReader } from '@wardgate/wire'
import type { Duplex } from 'node:stream'
import {
  authenticationCleartextPassword,
  fromClient,
  MAX_NEGOTIATIONS,
  MAX_PASSWORD_BYTES,
  MAX_STARTUP_BYTES,
  negotiateProtocolVersion,
  PROTOCOL_NEWEST_MINOR,
  readInitialMessage,
} from '../wire'
import { readExactly } from '../wire/read-exactly'
import { readFrame, readUntaggedFrame } from '../wire/read-frame'
import { expectAlpn, startClientTls } from './client-tls'
import { readSessionParameters, type SessionParameters } from './parameters'

export type Handshake =
  | { readonly kind: 'cancel'; readonly key: Buffer }
  | {
      readonly kind: 'startup'
      readonly minor: number
      readonly parameters: SessionParameters
      readonly token: string
    }

const longestName = 200

/** The first byte of a TLS record that carries a ClientHello. */
const TLS_HANDSHAKE = 0x16
const refusal = Buffer.from('N')
const consent = Buffer.from('S')

/** The client's side up to the password. `socket` is replaced once the client has switched to TLS. */
export class ClientHandshake {
  socket: Duplex
  private isSecure = false
  private readonly login: Login
  private readonly grantedParameters: readonly string[]

  constructor(socket: Duplex, login: Login, grantedParameters: readonly string[]) {
    this.socket = socket
    this.login = login
    this.grantedParameters = grantedParameters
  }

  async run(signal: AbortSignal): Promise<Handshake> {
    await this.acceptDirectTls(signal)
    for (let negotiations = 0; ; negotiations += 1) {
      const body = await readUntaggedFrame(this.socket, MAX_STARTUP_BYTES, signal)
      const message = readInitialMessage(body)
      if (message.kind === 'cancel') return message
      if (message.kind === 'startup') return this.authenticate(message, signal)
      if (negotiations >= MAX_NEGOTIATIONS)
        throw new ProtocolError('ERR_PROTOCOL_MALFORMED', 'too many encryption requests')
      await this.negotiate(message.kind, signal)
    }
  }

  private async acceptDirectTls(signal: AbortSignal): Promise<void> {
    const first = await readExactly(this.socket, 1, signal)
    this.socket.unshift(first)
    if (first[0] !== TLS_HANDSHAKE) return
    if (this.login.tls === undefined)
      throw new ProtocolError('ERR_PROTOCOL_UNSUPPORTED', 'this listener speaks no TLS')
    const secured = await startClientTls(this.socket, this.login.tls, signal)
    this.socket = secured
    this.isSecure = true
    expectAlpn(secured)
  }

  private async negotiate(kind: 'ssl' | 'gssenc', signal: AbortSignal): Promise<void> {
    // Bytes sent in the clear before the answer would be taken for encrypted ones (CVE-2021-23214).
    if (this.socket.readableLength > 0)
      throw new ProtocolError('ERR_PROTOCOL_MALFORMED', 'bytes before the answer on encryption')
    if (kind === 'gssenc' || this.isSecure || this.login.tls === undefined) {
      this.socket.write(refusal)
      return
    }
    this.socket.write(consent)
    this.socket = await startClientTls(this.socket, this.login.tls, signal)
    this.isSecure = true
  }

  private async authenticate(
    startup: { readonly minor: number; readonly parameters: ReadonlyMap<string, string> },
    signal: AbortSignal,
  ): Promise<Handshake> {
    const unknown = [...startup.parameters.keys()].filter((name) => name.startsWith('_pq_.'))
    const isNewer = startup.minor > PROTOCOL_NEWEST_MINOR
    if (isNewer || unknown.length > 0)
      this.socket.write(negotiateProtocolVersion(startup.minor, unknown))
    const parameters = readSessionParameters(startup.parameters, this.grantedParameters)
    if (parameters.user === '')
      throw new ProtocolError('ERR_PROTOCOL_MALFORMED', 'the startup message names no user')
    refuseOddNames(parameters, this.login.boundConnection !== undefined)
    if (!this.isSecure && !this.login.plaintextAllowed)
      throw new AuthError('ERR_AUTH_FORBIDDEN', 'this listener takes a token over TLS only', {
        nextStep: 'Connect with sslmode=require or verify-full.',
      })
    this.socket.write(authenticationCleartextPassword)
    const token = await this.readPassword(signal)
    return {
      kind: 'startup',
      minor: Math.min(startup.minor, PROTOCOL_NEWEST_MINOR),
      parameters,
      token,
    }
  }

  private async readPassword(signal: AbortSignal): Promise<string> {
    const { code, body } = await readFrame(this.socket, MAX_PASSWORD_BYTES, signal)
    if (code !== fromClient.Password)
      throw new ProtocolError('ERR_PROTOCOL_MALFORMED', 'a password message was expected')
    const reader = new ByteReader(body)
    const token = reader.cstring()
    reader.expectEnd()
    return token
  }
}

/** The control plane takes no longer names either; here the client can be told why. */
function refuseOddNames({ user, database }: SessionParameters, isBound: boolean): void {
  const isOdd = (name: string) => name.length > longestName || /[\n\r]/.test(name)
  if (!isBound && isOdd(user))
    throw new AuthError(
      'ERR_AUTH_INVALID_TOKEN',
      'the user name is too long to name a connection',
      {
        nextStep: 'Send the name of the connection as user and the token as password.',
      },
    )
  if (isOdd(database))
    throw new ProtocolError('ERR_PROTOCOL_MALFORMED', 'the name of the database is too long', {
      nextStep: 'Send the name of a database of the target.',
    })
}
