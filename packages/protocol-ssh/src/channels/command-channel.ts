import {
  LimitError,
  ProtocolError,
  TargetError,
  toGatewayError,
  type GatewayError,
} from '@wardgate/errors'
import type { CommandOperation, Outcome, Permit } from '@wardgate/gateway'
import type { PseudoTtyInfo, ServerChannel, WindowChangeInfo } from 'ssh2'
import { exitLost, exitRefused, refusalText } from '../errors'
import { openCommand, type Ending, type RunningCommand } from './open-command'
import { outputTypeOf } from './output-type'
import { Pump } from './pump'
import type { Relaying } from './relaying'
import { Settlement, type Counts } from './settlement'
import { submitFrom } from './submission'

const maxEarlySignals = 16

export interface CommandOptions {
  readonly channel: ServerChannel
  readonly operation: CommandOperation
  readonly terminal: PseudoTtyInfo | undefined
  /** Aborts when the client has closed the channel. */
  readonly closed: AbortSignal
}

const mostCells = 10_000

/** One command or shell from its request to its exit status. */
export class CommandChannel {
  readonly #relaying: Relaying
  readonly #options: CommandOptions
  readonly #signals: string[] = []
  #window: PseudoTtyInfo | undefined
  #running: RunningCommand | undefined
  #settlement: Settlement | undefined
  #isTold = false

  constructor(relaying: Relaying, options: CommandOptions) {
    this.#relaying = relaying
    this.#options = options
    this.#window = options.terminal
  }

  start(): void {
    const { channel } = this.#options
    channel.on('error', () => undefined)
    this.#run().catch((caught: unknown) => {
      const error = toGatewayError(caught)
      this.#refuse(error, error.code === 'ERR_TARGET_LOST' ? exitLost : exitRefused)
    })
  }

  resize(info: WindowChangeInfo): void {
    if (this.#window !== undefined) this.#window = { ...this.#window, ...info }
    if (this.#running !== undefined) this.#recordSize()
    this.#running?.stream.setWindow(info.rows, info.cols, info.height, info.width)
  }

  #recordSize(): void {
    if (this.#window === undefined) return
    // Sizes are the client's own words: a recording holds none that no terminal has.
    const [columns, rows] = [this.#window.cols, this.#window.rows].map((size) =>
      Math.min(size, mostCells),
    )
    this.#relaying.gate.record('size', Buffer.from(`${columns}x${rows}`))
  }

  /** What comes while the command is decided or started reaches it when it runs. */
  signal(name: string): void {
    if (this.#running !== undefined) this.#running.stream.signal(name)
    else if (this.#signals.length < maxEarlySignals) this.#signals.push(name)
  }

  tell(text: string): void {
    const { channel, closed } = this.#options
    if (this.#isTold || closed.aborted || channel.stderr.writableEnded) return
    this.#isTold = true
    channel.stderr.write(text)
  }

  /** Everything ends: what the target makes of this is not known. */
  abandon(): void {
    this.#settlement?.settle({ status: 'unknown' })
  }

  #hasClosed(): boolean {
    return this.#options.closed.aborted
  }

  async #run(): Promise<void> {
    const { operation, channel, closed } = this.#options
    if (operation.text.includes('\0'))
      throw new ProtocolError('ERR_PROTOCOL_MALFORMED', 'a command with a NUL character in it')
    const answer = await submitFrom(this.#relaying, operation, { stderr: channel.stderr, closed })
    if (answer.kind === 'denial') return this.#refuse(answer.error, exitRefused, answer.operationId)
    await this.#execute(answer)
  }

  async #execute(permit: Permit): Promise<void> {
    const { operation } = this.#options
    const settlement = new Settlement(permit)
    this.#settlement = settlement
    try {
      if (this.#hasClosed()) return
      const maskers = this.#maskers(permit)
      settlement.forwarded()
      const window = this.#window
      this.#running = await openCommand(this.#relaying.upstream, operation, window, permit)
      this.#catchUp(this.#running, window)
      const relayed = this.#relay(this.#running, maskers)
      settlement.count(relayed.counts)
      const ending = await this.#finished(this.#running, relayed)
      settlement.settle(outcomeOf(ending))
      if (!this.#hasClosed()) this.#exit(ending)
    } finally {
      settlement.end()
    }
  }

  #catchUp({ stream }: RunningCommand, sent: PseudoTtyInfo | undefined): void {
    const window = this.#window
    if (window !== undefined && window !== sent)
      stream.setWindow(window.rows, window.cols, window.height, window.width)
    for (const name of this.#signals.splice(0)) stream.signal(name)
  }

  #maskers(permit: Permit): Maskers {
    const { text, terminal } = this.#options.operation
    const type = outputTypeOf(text, terminal)
    return { stdout: permit.body(type), stderr: permit.body(type) }
  }

  #relay({ stream }: RunningCommand, maskers: Maskers): Relayed {
    const { gate, touch } = this.#relaying
    const { channel, operation } = this.#options
    const out = (chunk: Uint8Array) => {
      touch()
      gate.record('out', chunk)
    }
    const sent = (chunk: Uint8Array) => {
      touch()
      // What is typed at a terminal shows in its output, unless it is not meant to be seen.
      if (!operation.terminal) gate.record('in', chunk)
    }
    this.#recordSize()
    gate.record('in', Buffer.from(`${operation.text}\n`))
    const stdout = new Pump({ from: stream, to: channel, masker: maskers.stdout, seen: out })
    const stderr = new Pump({
      from: stream.stderr,
      to: channel.stderr,
      masker: maskers.stderr,
      seen: out,
    })
    const stdin = new Pump({ from: channel, to: stream, seen: sent })
    void stdin.done.then(() => stream.end())
    const { closed } = this.#options
    if (closed.aborted) stream.close()
    closed.addEventListener('abort', () => stream.close())
    const counts = () => ({
      bytes: stdout.bytes + stderr.bytes,
      maskedCells: maskers.stdout.maskedCells + maskers.stderr.maskedCells,
    })
    return { output: Promise.all([stdout.done, stderr.done]), stop: () => stdin.stop(), counts }
  }

  /** The target's word on how it ended, once all its output is with the client. */
  async #finished({ stream, ending }: RunningCommand, relayed: Relayed): Promise<Ending> {
    const { commandMillis } = this.#relaying
    const late = new AbortController()
    const timer = commandMillis > 0 ? setTimeout(() => late.abort(), commandMillis) : undefined
    const tooLate = new Promise<never>((_, reject) => {
      late.signal.addEventListener('abort', () => reject(tooLong(commandMillis)))
    })
    try {
      await Promise.race([relayed.output, tooLate])
      return await Promise.race([ending, tooLate])
    } catch (error) {
      stream.close()
      throw error
    } finally {
      clearTimeout(timer)
      relayed.stop()
    }
  }

  #exit({ code, signal, coreDumped }: Ending): void {
    const { channel } = this.#options
    if (code !== undefined) channel.exit(code)
    else if (signal !== undefined) channel.exit(signal, coreDumped)
    else throw new TargetError('ERR_TARGET_LOST', 'the target gave no exit status')
    this.#end()
  }

  #refuse(error: GatewayError, status: number, operationId?: string): void {
    const { channel, closed } = this.#options
    if (closed.aborted) return
    this.tell(refusalText(error, operationId))
    channel.exit(status)
    this.#end()
  }

  /** The library closes the channel once stdout is through, whatever is left of stderr. */
  #end(): void {
    const { channel } = this.#options
    channel.stderr.end(() => channel.end())
    // What the client still sends is not wanted any more; unread it would keep the channel from ending.
    channel.resume()
  }
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
  return new LimitError('ERR_LIMIT_IDLE', `the command ran for longer than ${millis} ms`)
}

function outcomeOf({ code, signal }: Ending): Pick<Outcome, 'status' | 'completion'> {
  if (code === 0) return { status: 'succeeded', completion: 'exit 0' }
  if (code !== undefined) return { status: 'failed', completion: `exit ${code}` }
  if (signal !== undefined) return { status: 'failed', completion: `signal ${signal}` }
  return { status: 'unknown' }
}
