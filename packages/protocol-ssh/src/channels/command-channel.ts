import { TargetError, toGatewayError, type GatewayError } from '@wardgate/errors'
import type { CommandOperation } from '@wardgate/gateway'
import type { PseudoTtyInfo, ServerChannel, WindowChangeInfo } from 'ssh2'
import { exitLost, exitRefused, refusalText } from '../errors'
import { LineShell } from '../lines/line-shell'
import { CommandRun, type RunEnd } from './command-run'
import type { Relaying } from './relaying'

export interface CommandOptions {
  readonly channel: ServerChannel
  readonly operation: CommandOperation
  readonly terminal: PseudoTtyInfo | undefined
  /** Aborts when the client has closed the channel. */
  readonly closed: AbortSignal
}

/** One command or shell of the client's, from its request to the exit status that it is told. */
export class CommandChannel {
  readonly #relaying: Relaying
  readonly #options: CommandOptions
  readonly #run: CommandRun
  #window: PseudoTtyInfo | undefined
  #lines: LineShell | undefined
  #isTold = false

  constructor(relaying: Relaying, options: CommandOptions) {
    const { channel, operation, terminal: window, closed } = options
    this.#relaying = relaying
    this.#options = options
    this.#window = window
    const ends = { stdout: channel, stderr: channel.stderr, stdin: channel }
    this.#run = new CommandRun(relaying, { operation, window, closed, ...ends })
  }

  start(): void {
    this.#serve().catch((caught: unknown) => {
      const error = toGatewayError(caught)
      this.#refuse(error, error.code === 'ERR_TARGET_LOST' ? exitLost : exitRefused)
    })
  }

  resize(info: WindowChangeInfo): void {
    if (this.#window === undefined) return
    this.#window = { ...this.#window, ...info }
    this.#run.resize(this.#window)
  }

  signal(name: string): void {
    if (this.#lines === undefined) this.#run.signal(name)
    else this.#lines.signal(name)
  }

  tell(text: string): void {
    const { channel, closed } = this.#options
    if (this.#isTold || closed.aborted || channel.stderr.writableEnded) return
    this.#isTold = true
    channel.stderr.write(text)
  }

  /** Everything ends: what the target makes of this is not known. */
  abandon(): void {
    this.#run.abandon()
    this.#lines?.abandon()
  }

  async #serve(): Promise<void> {
    const { operation } = this.#options
    const answer = await this.#run.submit()
    if (answer.kind === 'refused') return this.#end(answer)
    if (operation.shape !== 'shell' || !answer.lines)
      return this.#end(await this.#run.execute(answer))
    if (this.#run.isAbandoned) return
    const { channel, closed } = this.#options
    this.#lines = new LineShell(this.#relaying, {
      channel,
      closed,
      permit: answer,
      window: this.#window,
      environment: operation.environment,
    })
    const code = await this.#lines.run()
    if (closed.aborted) return
    channel.exit(code)
    this.#close()
  }

  #end(end: RunEnd): void {
    const { channel } = this.#options
    if (end.kind === 'abandoned') return
    if (end.kind === 'refused') return this.#refuse(end.error, exitRefused, end.operationId)
    const { code, signal, coreDumped } = end.ending
    if (code !== undefined) channel.exit(code)
    else if (signal !== undefined) channel.exit(signal, coreDumped)
    else throw new TargetError('ERR_TARGET_LOST', 'the target gave no exit status')
    this.#close()
  }

  #refuse(error: GatewayError, status: number, operationId?: string): void {
    const { channel, closed } = this.#options
    if (closed.aborted) return
    this.tell(refusalText(error, operationId))
    channel.exit(status)
    this.#close()
  }

  /** The library closes the channel once stdout is through, whatever is left of stderr. */
  #close(): void {
    const { channel } = this.#options
    channel.stderr.end(() => channel.end())
    // What the client still sends is not wanted any more; unread it would keep the channel from ending.
    channel.resume()
  }
}
