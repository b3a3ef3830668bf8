import { once } from 'node:events'
import { PassThrough, type Writable } from 'node:stream'
import type { NamedValue, Permit } from '@wardgate/gateway'
import type { PseudoTtyInfo, ServerChannel } from 'ssh2'
import { recordedSize } from '../channels/command-run'
import { Environment } from '../channels/environment'
import { recordingAhead, type Relaying } from '../channels/relaying'
import { Settlement } from '../channels/settlement'
import { exitRefused } from '../errors'
import { Entries } from './entries'
import { LineEditor, PlainLines } from './line-editor'
import { readLine } from './line-request'
import { LineRunner } from './line-runner'
import { Screen } from './screen'

export interface LineShellOptions {
  readonly channel: ServerChannel
  /** Of the shell; each line gets one of its own. */
  readonly permit: Permit
  readonly window: PseudoTtyInfo | undefined
  readonly environment: readonly NamedValue[]
  readonly closed: AbortSignal
}

const notice = `wardgate: a restricted shell: each line is decided on its own, and runs at the target on its own.
wardgate: cd and export are kept from line to line; programs have no terminal and no input. exit ends it.
`

/**
 * A shell that Wardgate keeps itself: nothing that is typed goes to the target but whole lines, each submitted and run
 * as a command of its own.
 */
export class LineShell {
  readonly #options: LineShellOptions
  readonly #relaying: Relaying
  readonly #settlement: Settlement
  readonly #environment: Environment
  readonly #entries: Entries
  readonly #runner: LineRunner
  readonly #screen: Writable
  #last = 0

  constructor(relaying: Relaying, options: LineShellOptions) {
    const { channel, permit, window, environment, closed } = options
    this.#relaying = relaying
    this.#options = options
    this.#settlement = new Settlement(permit)
    this.#environment = new Environment(relaying.settings.environment, environment)
    const screen = window === undefined ? new PassThrough() : new Screen()
    screen.pipe(channel, { end: false })
    this.#screen = screen
    this.#runner = new LineRunner(relaying, {
      environment: this.#environment,
      stdout: screen,
      stderr: window === undefined ? channel.stderr : screen,
      closed,
    })
    channel.on('data', () => relaying.touch())
    this.#entries = new Entries({
      from: channel,
      source: window === undefined ? new PlainLines() : new LineEditor((text) => this.#show(text)),
      closed,
      interrupted: () => this.signal('INT'),
      ahead: () => recordingAhead(relaying),
    })
  }

  /** The exit status that the client is told, once all that it is to see is on its way. */
  async run(): Promise<number> {
    const { window, permit, closed } = this.#options
    try {
      if (window !== undefined) this.#relaying.gate.record('size', recordedSize(window), permit)
      this.#show(notice)
      const code = await this.#converse()
      this.#settlement.settle({ status: 'succeeded', completion: `exit ${code}` })
      this.#screen.end()
      if (!closed.aborted) await Promise.race([once(this.#screen, 'end'), once(closed, 'abort')])
      return code
    } finally {
      this.#settlement.end()
    }
  }

  signal(name: string): void {
    if (name !== 'INT') return this.#runner.signal(name)
    this.#entries.drop()
    this.#runner.interrupt()
  }

  abandon(): void {
    this.#runner.abandon()
    this.#settlement.settle({ status: 'unknown' })
  }

  async #converse(): Promise<number> {
    for (;;) {
      this.#prompt()
      const entry = await this.#entries.next()
      if (entry.kind === 'end') return this.#last
      if (entry.kind === 'interrupt') continue
      const request = readLine(entry.text)
      if (request.kind === 'exit') return request.code ?? this.#last
      this.#last = await this.#obey(request)
    }
  }

  #obey(request: Exclude<ReturnType<typeof readLine>, { kind: 'exit' }>): number | Promise<number> {
    switch (request.kind) {
      case 'nothing':
        return this.#last
      case 'home':
        return this.#runner.go('')
      case 'back':
        return this.#runner.back()
      case 'move':
        return this.#runner.move(request.word)
      case 'set':
        return this.#set(request)
      case 'unset':
        this.#environment.unset(request.name)
        return 0
      case 'command':
        return this.#runner.run(request.text)
    }
  }

  #set(variable: NamedValue): number {
    if (this.#environment.set(variable)) return 0
    this.#show(
      `wardgate: ${variable.name} may not be set: the connection's \`environment\` does not list it\n`,
    )
    return exitRefused
  }

  #prompt(): void {
    if (this.#options.window !== undefined) this.#show(`${this.#runner.directory || '~'} $ `)
  }

  #show(text: string): void {
    const { permit, closed } = this.#options
    if (closed.aborted || text === '') return
    const bytes = Buffer.from(text)
    this.#relaying.gate.record('out', bytes, permit)
    this.#screen.write(bytes)
  }
}
