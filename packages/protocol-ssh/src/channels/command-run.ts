import { LimitError, ProtocolError, type GatewayError } from '@wardgate/errors'
import type { CommandOperation, Outcome, Permit } from '@wardgate/gateway'
import type { Readable, Writable } from 'node:stream'
import type { PseudoTtyInfo } from 'ssh2'
import { commandLine, openCommand, type Ending, type RunningCommand } from './open-command'
import { maxCommandBytes } from '../limits'
import { outputTypeOf } from './output-type'
import { Pump } from './pump'
import { recordingAhead, type Relaying } from './relaying'
import { Settlement, type Counts } from './settlement'
import { submitFrom } from './submission'

const maxEarlySignals = 16

export interface CommandRunOptions {
  readonly operation: CommandOperation
  readonly stdout: Writable
  readonly stderr: Writable
  /** Absent = the command gets no input. */
  readonly stdin?: Readable
  readonly window?: PseudoTtyInfo | undefined
  /** Aborts when nobody wants it any more: it is withdrawn, or ended at the target. */
  readonly closed: AbortSignal
}

/** How a command went: it ended at the target, or it was refused and never began, or nobody waited for it. */
export type RunEnd =
  | { readonly kind: 'ended'; readonly ending: Ending }
  | { readonly kind: 'refused'; readonly error: GatewayError; readonly operationId: string }
  | { readonly kind: 'abandoned' }

/** One command from its submission to its end at the target, with its output on the way to the client. */
export class CommandRun {
  readonly #relaying: Relaying
  readonly #options: CommandRunOptions
  readonly #signals: string[] = []
  #window: PseudoTtyInfo | undefined
  #running: RunningCommand | undefined
  #settlement: Settlement | undefined
  #permit: Permit | undefined
  /** Ends what runs, for a reason that lies in neither of its streams. */
  #fail: (error: unknown) => void = () => undefined
  isAbandoned = false

  constructor(relaying: Relaying, options: CommandRunOptions) {
    this.#relaying = relaying
    this.#options = options
    this.#window = options.window
  }

  /** Rejects when the target is lost or the command takes too long. */
  async run(): Promise<RunEnd> {
    const answer = await this.submit()
    return answer.kind === 'permit' ? this.execute(answer) : answer
  }

  async submit(): Promise<Permit | Extract<RunEnd, { kind: 'refused' }>> {
    const { operation, stderr, closed } = this.#options
    if (operation.text.includes('\0'))
      throw new ProtocolError('ERR_PROTOCOL_MALFORMED', 'a command with a NUL character in it')
    // The library decodes: what it could not read is another command, and the target would run that.
    if (operation.text.includes('\ufffd'))
      throw new ProtocolError('ERR_PROTOCOL_MALFORMED', 'a command that is not valid UTF-8')
    const bytes = Buffer.byteLength(commandLine(operation))
    if (bytes > maxCommandBytes)
      throw new LimitError(
        'ERR_LIMIT_COMMAND',
        `a command of ${bytes} bytes; the limit is ${maxCommandBytes}`,
      )
    const answer = await submitFrom(this.#relaying, operation, { stderr, closed })
    if (answer.kind === 'permit') return answer
    return { kind: 'refused', error: answer.error, operationId: answer.operationId }
  }

  async execute(permit: Permit): Promise<RunEnd> {
    const { operation } = this.#options
    // The session has ended meanwhile, and with it the gate has settled what it had permitted.
    if (this.isAbandoned) return { kind: 'abandoned' }
    const settlement = new Settlement(permit)
    this.#settlement = settlement
    this.#permit = permit
    try {
      if (this.#hasClosed()) return { kind: 'abandoned' }
      const type = outputTypeOf(operation.text, operation.terminal)
      const maskers = { stdout: permit.body(type), stderr: permit.body(type) }
      settlement.forwarded()
      const window = this.#window
      this.#running = await openCommand(this.#relaying.upstream, operation, window, permit)
      this.#catchUp(this.#running, window)
      const relayed = this.#relay(this.#running, permit, maskers)
      settlement.count(relayed.counts)
      const ending = await this.#finished(this.#running, relayed)
      settlement.settle(outcomeOf(ending))
      return this.#hasClosed() ? { kind: 'abandoned' } : { kind: 'ended', ending }
    } catch (error) {
      this.#running?.stream.close()
      throw error
    } finally {
      settlement.end()
    }
  }

  resize(window: PseudoTtyInfo): void {
    this.#window = window
    if (this.#running === undefined) return
    try {
      this.#recordSize()
      this.#running.stream.setWindow(window.rows, window.cols, window.height, window.width)
    } catch (error) {
      // The library would take it for its own, and end the connection without a reason.
      this.#fail(error)
    }
  }

  /** What comes while the command is decided or started reaches it when it runs. */
  signal(name: string): void {
    if (this.#running !== undefined) this.#running.stream.signal(name)
    else if (this.#signals.length < maxEarlySignals) this.#signals.push(name)
  }

  /** Everything ends: what the target makes of this is not known. */
  abandon(): void {
    this.isAbandoned = true
    this.#settlement?.settle({ status: 'unknown' })
  }

  #hasClosed(): boolean {
    return this.#options.closed.aborted
  }

  #recordSize(): void {
    if (this.#window === undefined) return
    this.#relaying.gate.record('size', recordedSize(this.#window), this.#permit)
  }

  #catchUp({ stream }: RunningCommand, sent: PseudoTtyInfo | undefined): void {
    const window = this.#window
    if (window !== undefined && window !== sent)
      stream.setWindow(window.rows, window.cols, window.height, window.width)
    for (const name of this.#signals.splice(0)) stream.signal(name)
  }

  #relay({ stream }: RunningCommand, permit: Permit, maskers: Maskers): Relayed {
    const { gate, touch } = this.#relaying
    const { operation, stdout: to, stderr: errorsTo, stdin, closed } = this.#options
    const out = (chunk: Uint8Array) => {
      touch()
      gate.record('out', chunk, permit)
    }
    const sent = (chunk: Uint8Array) => {
      touch()
      // What is typed at a terminal shows in its output, unless it is not meant to be seen.
      if (!operation.terminal) gate.record('in', chunk, permit)
    }
    this.#recordSize()
    gate.record('in', Buffer.from(`${operation.text}\n`), permit)
    const ahead = () => recordingAhead(this.#relaying)
    const stdout = new Pump({ from: stream, to, masker: maskers.stdout, seen: out, ahead })
    const errors = { from: stream.stderr, to: errorsTo, masker: maskers.stderr, seen: out, ahead }
    const stderr = new Pump(errors)
    const input = stdin && new Pump({ from: stdin, to: stream, seen: sent, ahead })
    const unfit = new Promise<never>((_, reject) => {
      this.#fail = reject
      void (input?.done ?? Promise.resolve()).then(() => stream.end(), reject)
    })
    if (closed.aborted) stream.close()
    closed.addEventListener('abort', () => stream.close())
    const counts = () => ({
      bytes: stdout.bytes + stderr.bytes,
      maskedCells: maskers.stdout.maskedCells + maskers.stderr.maskedCells,
    })
    const output = Promise.race([Promise.all([stdout.done, stderr.done]), unfit])
    return { output, stop: () => input?.stop(), counts }
  }

  /** The target's word on how it ended, once all its output is with the client. */
  async #finished({ ending }: RunningCommand, relayed: Relayed): Promise<Ending> {
    const { commandMillis } = this.#relaying
    const late = new AbortController()
    const timer = commandMillis > 0 ? setTimeout(() => late.abort(), commandMillis) : undefined
    const tooLate = new Promise<never>((_, reject) => {
      late.signal.addEventListener('abort', () => reject(tooLong(commandMillis)))
    })
    try {
      await Promise.race([relayed.output, tooLate])
      return await Promise.race([ending, tooLate])
    } finally {
      clearTimeout(timer)
      relayed.stop()
    }
  }
}

const mostCells = 10_000

/** Sizes are the client's own words: a recording holds none that no terminal has. */
export function recordedSize({ cols, rows }: { readonly cols: number; readonly rows: number }) {
  return Buffer.from(`${Math.min(cols, mostCells)}x${Math.min(rows, mostCells)}`)
}

interface Maskers {
  readonly stdout: ReturnType<Permit['body']>
  readonly stderr: ReturnType<Permit['body']>
}

interface Relayed {
  readonly output: Promise<unknown>
  stop(): void
  readonly counts: () => Counts
}

function tooLong(millis: number): LimitError {
  return new LimitError('ERR_LIMIT_TIME', `the command ran for longer than ${millis} ms`)
}

function outcomeOf({ code, signal }: Ending): Pick<Outcome, 'status' | 'completion'> {
  if (code === 0) return { status: 'succeeded', completion: 'exit 0' }
  if (code !== undefined) return { status: 'failed', completion: `exit ${code}` }
  if (signal !== undefined) return { status: 'failed', completion: `signal ${signal}` }
  return { status: 'unknown' }
}
