import { GatewayError, TargetError } from '@wardgate/errors'
import { type Target, type TargetEndpoint, userOf } from '@wardgate/gateway'
import { ByteReader } from '@wardgate/wire'
import type { Duplex } from 'node:stream'
import type { PostgresSettings } from '../settings'
import {
  fromUpstream,
  MAX_HANDSHAKE_BYTES,
  query,
  readParameterStatus,
  readTransactionStatus,
  startupMessage,
} from '../wire'
import { readFrame, type Frame } from '../wire/read-frame'
import { authenticate, startupError } from './authenticate'
import type { UpstreamConnection } from './connection'
import { encrypt } from './target-tls'

/** What a statement means depends on these: set on every connect, so that no role or database default decides. */
const pinned: readonly (readonly [string, string])[] = [
  ['client_encoding', 'UTF8'],
  ['standard_conforming_strings', 'on'],
]
const MAX_STARTUP_MESSAGES = 1_000

export interface ConnectRequest {
  readonly target: Target
  readonly settings: PostgresSettings
  /** Session settings that the client asked for. */
  readonly parameters: ReadonlyMap<string, string>
}

/** Tries the connection's hosts in order. A refused credential ends the attempt: other hosts would lock it out. */
export async function connect(
  request: ConnectRequest,
  signal: AbortSignal,
): Promise<UpstreamConnection> {
  let failure: GatewayError | undefined
  for (const endpoint of request.target.endpoints) {
    try {
      return await connectTo(endpoint, request, signal)
    } catch (caught) {
      signal.throwIfAborted()
      failure = asTargetError(caught, endpoint)
      if (failure.code !== 'ERR_TARGET_UNREACHABLE' || !failure.retryable) throw failure
    }
  }
  throw failure ?? new TargetError('ERR_TARGET_UNREACHABLE', 'the connection names no host')
}

type OpenStream = Pick<UpstreamConnection, 'stream' | 'dialled'>

/** A stream to the target, encrypted as the connection demands; nothing has been said on it yet. */
export async function openStream(
  endpoint: TargetEndpoint,
  { target, settings }: Pick<ConnectRequest, 'target' | 'settings'>,
  signal: AbortSignal,
): Promise<OpenStream> {
  const stream = await target.dial(endpoint, signal)
  stream.on('error', () => undefined)
  try {
    const direct = settings.sslNegotiation === 'direct'
    const secured = await encrypt(stream, target, endpoint, direct, signal)
    secured.on('error', () => undefined)
    return { stream: secured, dialled: stream }
  } catch (caught) {
    stream.destroy()
    throw caught
  }
}

async function connectTo(
  endpoint: TargetEndpoint,
  request: ConnectRequest,
  outer: AbortSignal,
): Promise<UpstreamConnection> {
  const signal = AbortSignal.any([outer, AbortSignal.timeout(request.settings.connectMillis)])
  const open = await openStream(endpoint, request, signal)
  try {
    return await startSession(open, endpoint, request, signal)
  } catch (caught) {
    open.stream.destroy()
    throw caught
  }
}

async function startSession(
  open: OpenStream,
  endpoint: TargetEndpoint,
  { target, settings, parameters }: ConnectRequest,
  signal: AbortSignal,
): Promise<UpstreamConnection> {
  const { stream } = open
  const { credential, database } = target
  stream.write(
    startupMessage([
      ['user', userOf(credential)],
      ['database', database],
      ...parameters,
      ...pinned,
    ]),
  )
  const { channelBinding } = settings
  const local = endpoint.host.startsWith('/')
  await authenticate({ stream, credential, channelBinding, local, signal })
  const status = new Map<string, string>()
  const started = await readUntilReady(stream, status, signal)
  if (started.key === undefined)
    throw new TargetError('ERR_TARGET_UNREACHABLE', 'the target gave no key to cancel with')
  expectPinned(status)
  stream.write(query('SHOW search_path'))
  const { cell: searchPath } = await readUntilReady(stream, status, signal)
  return { ...open, endpoint, parameters: status, key: started.key, searchPath: searchPath ?? '' }
}

/** Reads to the next ReadyForQuery; remembers what is reported, the key, and the first cell of the last row. */
export async function readUntilReady(
  stream: Duplex,
  parameters: Map<string, string>,
  signal: AbortSignal,
): Promise<{ readonly key?: Buffer; readonly cell?: string }> {
  const seen: { key?: Buffer; cell?: string } = {}
  for (let count = 0; count < MAX_STARTUP_MESSAGES; count += 1) {
    const message: Frame = await readFrame(stream, MAX_HANDSHAKE_BYTES, signal)
    if (message.code === fromUpstream.ReadyForQuery) {
      if (readTransactionStatus(message.body[0]) === 'idle') return seen
      break
    }
    if (message.code === fromUpstream.ErrorResponse) throw startupError(message.body)
    if (message.code === fromUpstream.BackendKeyData) seen.key = Buffer.from(message.body)
    else if (message.code === fromUpstream.ParameterStatus) {
      const { name, value } = readParameterStatus(message.body)
      parameters.set(name, value)
    } else if (message.code === fromUpstream.DataRow) seen.cell = readFirstCell(message.body)
  }
  throw new TargetError('ERR_TARGET_UNREACHABLE', 'the target did not become ready')
}

function readFirstCell(body: Buffer): string {
  const reader = new ByteReader(body)
  if (reader.u16() < 1) return ''
  return reader.slice(Math.max(0, reader.i32())).toString('utf8')
}

/** Fails closed: in another encoding or lexing mode what was decided is not what would run. */
export function expectPinned(parameters: ReadonlyMap<string, string>): void {
  for (const [name, value] of pinned)
    if (parameters.get(name)?.toLowerCase() !== value.toLowerCase())
      throw new TargetError('ERR_TARGET_UNREACHABLE', `the target does not keep ${name}=${value}`)
}

function asTargetError(caught: unknown, { host, port }: TargetEndpoint): GatewayError {
  if (caught instanceof GatewayError && caught.code.startsWith('ERR_TARGET_')) return caught
  const why = caught instanceof Error ? `: ${caught.message}` : ''
  return new TargetError('ERR_TARGET_UNREACHABLE', `no connection to ${host}:${port}${why}`, {
    cause: caught,
  })
}
