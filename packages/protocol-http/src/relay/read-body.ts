import { ProtocolError } from '@wardgate/errors'
import type { RequestBody } from '@wardgate/gateway'
import { Readable } from 'node:stream'
import type { Exchange } from '../client/exchange'
import type { HttpSettings } from '../settings'
import { decodersOf, decodeWhole } from '../wire/codings'
import { valueOf } from '../wire/fields'

/** A request body as it is judged, and as it goes on. */
export interface ReadBody {
  readonly judged: RequestBody
  readonly forwarded: Uint8Array | Readable | undefined
  /** The client's Content-Encoding has been undone. */
  readonly isDecoded: boolean
}

const nothing: ReadBody = { judged: { kind: 'none' }, forwarded: undefined, isDecoded: false }

/**
 * Reads a body whole, up to the connection's limit; what is larger, or cannot be decoded, goes on unread. At once where
 * none is announced.
 */
export function readBody(
  exchange: Exchange,
  settings: HttpSettings,
  signals: BodySignals,
): ReadBody | Promise<ReadBody> {
  if (!announcesBody(exchange)) return nothing
  return readAnnounced(exchange, settings, [...signals, exchange.gone.signal])
}

/** What ends the reading, besides that the client leaves. */
type BodySignals = readonly AbortSignal[]

async function readAnnounced(
  exchange: Exchange,
  settings: HttpSettings,
  signals: BodySignals,
): Promise<ReadBody> {
  const mediaType = valueOf(exchange.fields, 'content-type') ?? ''
  const announced = lengthOf(exchange)
  const decoders = decodersOf(valueOf(exchange.fields, 'content-encoding'))
  const source = exchange.body()
  if (decoders === undefined || (announced ?? 0) > settings.maxBodyBytes)
    return unread(source, mediaType, announced)
  const { parts, isWhole } = await collect(source, settings, signals)
  if (!isWhole) return unread(rejoined(parts, source), mediaType, announced)
  const raw = Buffer.concat(parts)
  const [decoder] = decoders
  const bytes = decoder === undefined ? raw : await decodeWhole(raw, decoder, settings.maxBodyBytes)
  const isDecoded = decoder !== undefined
  if (bytes.length === 0) return { ...nothing, isDecoded }
  return { judged: { kind: 'whole', mediaType, bytes }, forwarded: bytes, isDecoded }
}

function unread(source: Readable, mediaType: string, length: number | undefined): ReadBody {
  return { judged: { kind: 'unread', mediaType, length }, forwarded: source, isDecoded: false }
}

function announcesBody({ version, fields, upgrade }: Exchange): boolean {
  // What follows on that stream are messages.
  if (version === 2 && upgrade !== undefined) return false
  if (valueOf(fields, 'transfer-encoding') !== undefined) return true
  const length = valueOf(fields, 'content-length')
  if (length !== undefined) return length !== '0'
  // HTTP/2 frames end a stream; without a length there may still be data frames.
  return version === 2
}

function lengthOf({ fields }: Exchange): number | undefined {
  const length = valueOf(fields, 'content-length')
  return length === undefined ? undefined : Number(length)
}

interface Collected {
  readonly parts: Buffer[]
  readonly isWhole: boolean
}

function collect(
  source: Readable,
  settings: HttpSettings,
  signals: BodySignals,
): Promise<Collected> {
  const { maxBodyBytes, bodyMillis } = settings
  return new Promise((resolve, reject) => {
    const parts: Buffer[] = []
    let length = 0
    const settle = (outcome: () => void) => {
      source.off('data', onData).off('end', onEnd).off('close', onClose)
      for (const signal of signals) signal.removeEventListener('abort', onAbort)
      clearTimeout(timer)
      outcome()
    }
    const onData = (chunk: Buffer) => {
      parts.push(chunk)
      length += chunk.length
      if (length <= maxBodyBytes) return
      source.pause()
      settle(() => resolve({ parts, isWhole: false }))
    }
    const onEnd = () => settle(() => resolve({ parts, isWhole: true }))
    const fail = (why: string) =>
      settle(() => reject(new ProtocolError('ERR_PROTOCOL_MALFORMED', why)))
    const onClose = () => fail('the request ended within its body')
    const onAbort = () =>
      settle(() => reject(signals.find(({ aborted }) => aborted)?.reason as Error))
    const late = `the body did not arrive within ${bodyMillis} ms`
    const timer = setTimeout(() => fail(late), bodyMillis)
    source.on('data', onData).once('end', onEnd).once('close', onClose)
    for (const signal of signals) signal.addEventListener('abort', onAbort)
    if (signals.some(({ aborted }) => aborted)) onAbort()
    else if (source.readableEnded) onEnd()
  })
}

/** What has been read, and the rest as it comes. */
function rejoined(parts: readonly Buffer[], rest: Readable): Readable {
  return Readable.from(
    (async function* () {
      yield* parts
      yield* rest as AsyncIterable<Buffer>
    })(),
    { objectMode: false },
  )
}
