import { createHash } from 'node:crypto'
import { TargetError } from '@wardgate/errors'
import { type TargetCredential, userOf } from '@wardgate/gateway'
import { ByteReader } from '@wardgate/wire'
import type { Duplex } from 'node:stream'
import { TLSSocket } from 'node:tls'
import {
  authentication,
  frame,
  fromClient,
  fromUpstream,
  MAX_HANDSHAKE_BYTES,
  password,
  readFields,
} from '../wire'
import { readFrame, type Frame } from '../wire/read-frame'
import type { PostgresSettings } from '../settings'
import { serverEndPoint } from './certificate-hash'
import { ScramExchange, type ChannelBinding } from './scram'

interface Login {
  readonly stream: Duplex
  readonly credential: TargetCredential
  readonly channelBinding: PostgresSettings['channelBinding']
  /** A unix socket: nobody but the kernel between us and the target. */
  readonly local: boolean
  readonly signal: AbortSignal
}

/** Answers the target's authentication requests until it says Ok. The password goes out in the clear over TLS only. */
export async function authenticate(login: Login): Promise<void> {
  for (;;) {
    const reader = new ByteReader(await nextAuthentication(login))
    const request = reader.i32()
    if (request === authentication.Ok) {
      requireBound(login)
      return
    }
    if (request === authentication.SASL) {
      await authenticateScram(login, readMechanisms(reader))
      return
    }
    if (request === authentication.MD5Password) sendMd5(login, reader.slice(4))
    else if (request === authentication.CleartextPassword) sendCleartext(login)
    else throw unsupported(`authentication method ${request}`)
  }
}

async function nextAuthentication({ stream, signal }: Login): Promise<Buffer> {
  for (;;) {
    const message: Frame = await readFrame(stream, MAX_HANDSHAKE_BYTES, signal)
    if (message.code === fromUpstream.Authentication) return message.body
    if (message.code === fromUpstream.ErrorResponse) throw startupError(message.body)
    if (message.code !== fromUpstream.NegotiateProtocolVersion) throw unsupported('message')
  }
}

/** What the target said before it let us in. Its text may name users and hosts of the far side: it stays here. */
export function startupError(body: Buffer): TargetError {
  const fields = readFields(body)
  const state = fields.get('C') ?? ''
  const cause = new Error(`${state} ${fields.get('M') ?? ''}`)
  if (state.startsWith('28'))
    return new TargetError('ERR_TARGET_REFUSED_CREDENTIAL', 'the target refused the credential', {
      cause,
    })
  if (state === '3D000')
    return new TargetError('ERR_TARGET_UNREACHABLE', 'the target has no such database', {
      cause,
      nextStep:
        'Name a database of the target. A client that is given none names its user, which is the connection here.',
      retryable: false,
    })
  return new TargetError(
    'ERR_TARGET_UNREACHABLE',
    `the target refused the connection with SQLSTATE ${/^[0-9A-Z]{5}$/.test(state) ? state : '?'}`,
    { cause },
  )
}

function readMechanisms(reader: ByteReader): string[] {
  const mechanisms: string[] = []
  for (let name = reader.cstring(); name !== ''; name = reader.cstring()) mechanisms.push(name)
  reader.expectEnd()
  return mechanisms
}

async function authenticateScram(login: Login, mechanisms: readonly string[]): Promise<void> {
  const exchange = new ScramExchange(secretOf(login), chooseBinding(login, mechanisms))
  if (!mechanisms.includes(exchange.mechanism)) throw unsupported(mechanisms.join(', '))
  const first = Buffer.from(exchange.clientFirst)
  login.stream.write(
    frame(fromClient.Password, (body) =>
      body.cstring(exchange.mechanism).i32(first.length).put(first),
    ),
  )
  const serverFirst = await expectSasl(login, authentication.SASLContinue)
  login.stream.write(password(Buffer.from(await exchange.clientFinal(serverFirst))))
  exchange.verifyServerFinal(await expectSasl(login, authentication.SASLFinal))
  const reader = new ByteReader(await nextAuthentication(login))
  if (reader.i32() !== authentication.Ok) throw unsupported('message after SCRAM')
}

async function expectSasl(login: Login, expected: number): Promise<string> {
  const reader = new ByteReader(await nextAuthentication(login))
  if (reader.i32() !== expected) throw unsupported('SASL message')
  return reader.rest().toString('utf8')
}

function chooseBinding(login: Login, mechanisms: readonly string[]): ChannelBinding {
  const { stream, channelBinding } = login
  const offered = mechanisms.includes('SCRAM-SHA-256-PLUS') && stream instanceof TLSSocket
  const endPoint =
    offered && channelBinding !== 'disable'
      ? serverEndPoint(stream.getPeerCertificate(true).raw)
      : undefined
  if (endPoint !== undefined) return { kind: 'bound', endPoint }
  if (channelBinding === 'require') throw unbound()
  return { kind: 'none' }
}

/** Any method but SCRAM-PLUS leaves the channel unbound. */
function requireBound({ channelBinding, credential }: Login): void {
  if (channelBinding === 'require' && credential.kind === 'password') throw unbound()
}

function sendMd5(login: Login, salt: Buffer): void {
  requireBound(login)
  const inner = md5(secretOf(login) + userOf(login.credential))
  const outer = md5(Buffer.concat([Buffer.from(inner), salt]))
  login.stream.write(frame(fromClient.Password, (body) => body.cstring(`md5${outer}`)))
}

function sendCleartext(login: Login): void {
  requireBound(login)
  if (!login.local && !(login.stream instanceof TLSSocket))
    throw new TargetError(
      'ERR_TARGET_TLS',
      'the target wants the password in the clear without TLS',
    )
  const secret = secretOf(login)
  login.stream.write(frame(fromClient.Password, (body) => body.cstring(secret)))
}

function secretOf({ credential }: Login): string {
  if (credential.kind === 'password') return credential.password
  throw new TargetError(
    'ERR_TARGET_REFUSED_CREDENTIAL',
    'the target wants a password and the connection has none',
  )
}

function md5(data: string | Buffer): string {
  return createHash('md5').update(data).digest('hex')
}

function unbound(): TargetError {
  return new TargetError('ERR_TARGET_TLS', 'the target offers no channel binding that can be used')
}

function unsupported(what: string): TargetError {
  return new TargetError('ERR_TARGET_UNREACHABLE', `the target asks for something unknown: ${what}`)
}
