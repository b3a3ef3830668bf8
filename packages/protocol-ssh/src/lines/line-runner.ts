import { PassThrough, type Writable } from 'node:stream'
import { toGatewayError, type GatewayError } from '@wardgate/errors'
import type { CommandOperation } from '@wardgate/gateway'
import { CommandRun } from '../channels/command-run'
import type { Environment } from '../channels/environment'
import type { Relaying } from '../channels/relaying'
import { exitRefused, refusalText } from '../errors'

const interruptedStatus = 130
const longestDirectory = 4096
/** A prompt must not be able to look like anything else. */
const directoryName = /^\/[^\p{Cc}\u2028\u2029]*$/u

export interface LineRunnerOptions {
  readonly environment: Environment
  readonly stdout: Writable
  readonly stderr: Writable
  /** Aborts when the shell ends. */
  readonly closed: AbortSignal
}

/** Runs lines one after the other, each as an operation of its own, in the directory that the last `cd` led to. */
export class LineRunner {
  /** Empty = where the account starts. */
  directory = ''
  #previous = ''
  readonly #relaying: Relaying
  readonly #options: LineRunnerOptions
  #running: { readonly run: CommandRun; readonly stop: AbortController } | undefined

  constructor(relaying: Relaying, options: LineRunnerOptions) {
    this.#relaying = relaying
    this.#options = options
  }

  /** Its exit status. Rejects when the target is lost. */
  async run(text: string, stdout: Writable = this.#options.stdout): Promise<number> {
    const { environment, stderr, closed } = this.#options
    const stop = new AbortController()
    const signal = AbortSignal.any([stop.signal, closed])
    const operation: CommandOperation = {
      kind: 'command',
      shape: 'exec',
      text,
      terminal: false,
      environment: environment.variables,
      directory: this.directory,
    }
    const run = new CommandRun(this.#relaying, { operation, stdout, stderr, closed: signal })
    this.#running = { run, stop }
    try {
      const end = await run.run()
      if (end.kind === 'abandoned') return interruptedStatus
      if (end.kind === 'refused') return this.#refused(end.error, end.operationId)
      return end.ending.code ?? interruptedStatus
    } catch (caught) {
      const error = toGatewayError(caught)
      if (error.code === 'ERR_TARGET_LOST') throw error
      return this.#refused(error)
    } finally {
      this.#running = undefined
    }
  }

  /** To a directory as it was written: where that is, is the target's to say. */
  async move(word: string): Promise<number> {
    let said = ''
    const answer = new PassThrough()
    answer.on(
      'data',
      (chunk: Buffer) => (said += said.length > longestDirectory ? '' : chunk.toString()),
    )
    const status = await this.run(`cd ${word} && pwd -P`, answer)
    if (status !== 0) return status
    const directory = said.replace(/\n$/, '')
    if (directoryName.test(directory) && Buffer.byteLength(directory) <= longestDirectory)
      return this.go(directory)
    this.#options.stderr.write('wardgate: the name of that directory cannot be kept\r\n')
    return exitRefused
  }

  go(directory: string): number {
    this.#previous = this.directory
    this.directory = directory
    return 0
  }

  back(): number {
    return this.go(this.#previous)
  }

  signal(name: string): void {
    this.#running?.run.signal(name)
  }

  /** The line that runs is given up, or withdrawn if it waits for people. */
  interrupt(): void {
    this.signal('INT')
    this.#running?.stop.abort()
  }

  abandon(): void {
    this.#running?.run.abandon()
  }

  #refused(error: GatewayError, operationId?: string): number {
    if (!this.#options.closed.aborted) this.#options.stderr.write(refusalText(error, operationId))
    return exitRefused
  }
}
