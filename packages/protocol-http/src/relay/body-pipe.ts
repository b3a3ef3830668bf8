import { PolicyError, ProtocolError, toGatewayError, type GatewayError } from '@wardgate/errors'
import type { Permit } from '@wardgate/gateway'
import type { Transform } from 'node:stream'
import type { EchoStream } from '../echo/echo-stream'
import { decodersOf } from '../wire/codings'
import { Inflation } from '../wire/inflation'
import { PacedPipe } from './paced-pipe'
import type { BodyPipe, BodySink } from './pipe'

type BodyMasker = ReturnType<Permit['body']>

/** Reads a body as it comes: both give what may be shown so far. */
interface Filter<Shown extends Uint8Array> {
  write(chunk: Buffer): Shown
  end(): Shown
}

export interface BodyPipeOptions {
  readonly masker: BodyMasker
  /** Hides the target's credential; absent = none was sent. */
  readonly echo?: EchoStream | undefined
  readonly contentEncoding: string | undefined
  readonly sink: BodySink
  /** Called when the pipe takes more again after `write` said false. */
  readonly goOn: () => void
}

export function bodyPipe(options: BodyPipeOptions): BodyPipe {
  const { masker, echo, contentEncoding, sink, goOn } = options
  if (!masker.active && echo === undefined) return direct(sink, goOn)
  const decoders = decodersOf(contentEncoding)
  if (decoders === undefined)
    throw new PolicyError(
      'ERR_POLICY_DENIED',
      'the response is compressed in a way that cannot be masked',
      { nextStep: 'Ask with "Accept-Encoding: gzip".' },
    )
  const [decoder] = decoders
  const shown = (whenDrained: () => void) => {
    const next = direct(sink, whenDrained)
    const pipe = masker.active ? new PacedPipe({ masker, next, sink, goOn: whenDrained }) : next
    return withoutEcho(pipe, echo)
  }
  if (decoder === undefined) return shown(goOn)
  const stream = decoder()
  return decoded(
    stream,
    shown(() => stream.resume()),
    sink,
    goOn,
  )
}

/** Whether the body leaves otherwise than it came: masked, or without the coding that hides what is in it. */
export function isRewritten({
  masker,
  echo,
  contentEncoding,
}: Pick<BodyPipeOptions, 'masker' | 'echo' | 'contentEncoding'>): boolean {
  return masker.active || (echo !== undefined && decodersOf(contentEncoding)?.length !== 0)
}

/** Before anything else reads it: what a masker writes anew may not be found again. */
export function withoutEcho(pipe: BodyPipe, echo: EchoStream | undefined): BodyPipe {
  return echo === undefined ? pipe : filtered(echo, pipe)
}

function direct(sink: BodySink, goOn: () => void): BodyPipe<Uint8Array> {
  return {
    write: (chunk) => sink.write(chunk),
    end: () => sink.end(),
    drained: goOn,
    destroy: () => undefined,
  }
}

/** What `filter` makes of it, on its way to `next`. */
function filtered<Shown extends Uint8Array>(
  filter: Filter<Shown>,
  next: BodyPipe<Shown>,
): BodyPipe {
  const pass = (bytes: Shown) => bytes.length === 0 || next.write(bytes)
  return {
    write: (chunk) => pass(filter.write(chunk)),
    end: () => {
      pass(filter.end())
      next.end()
    },
    drained: () => next.drained(),
    destroy: () => next.destroy(),
  }
}

function decoded(decoder: Transform, next: BodyPipe, sink: BodySink, goOn: () => void): BodyPipe {
  const guard = (run: () => void) => {
    try {
      run()
    } catch (caught) {
      decoder.destroy()
      sink.fail(toGatewayError(caught))
    }
  }
  const inflation = new Inflation()
  const show = (chunk: Buffer) => {
    inflation.came(chunk.length)
    if (!next.write(chunk)) decoder.pause()
  }
  decoder.on('data', (chunk: Buffer) => guard(() => show(chunk)))
  decoder.once('end', () => guard(() => next.end()))
  decoder.on('drain', goOn)
  decoder.once('error', (cause) => sink.fail(undecodable(cause)))
  return {
    write: (chunk) => {
      inflation.went(chunk.length)
      return decoder.write(chunk)
    },
    end: () => decoder.end(),
    drained: () => next.drained(),
    destroy: () => decoder.destroy(),
  }
}

function undecodable(cause: Error): GatewayError {
  if (cause instanceof ProtocolError) return cause
  return new PolicyError('ERR_POLICY_DENIED', 'the response is not compressed as it says', {
    cause,
  })
}
