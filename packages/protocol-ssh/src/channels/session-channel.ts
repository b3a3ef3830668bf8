import type { CommandOperation } from '@wardgate/gateway'
import type { PseudoTtyInfo, ServerChannel, Session } from 'ssh2'
import { exitRefused } from '../errors'
import { refuseUnread } from '../server/raw-messages'
import { SftpChannel } from '../sftp/sftp-channel'
import type { Relaying } from './relaying'
import { CommandChannel } from './command-channel'
import { Environment } from './environment'

/** Signals of RFC 4254 section 6.9; others are not passed on. */
const signals: ReadonlySet<string> = new Set(
  'ABRT ALRM FPE HUP ILL INT KILL PIPE QUIT SEGV TERM USR1 USR2'.split(' '),
)

/** Names of terminal types, as terminfo has them. */
const terminalName = /^[A-Za-z0-9][A-Za-z0-9._+-]{0,63}$/

/** One session channel of the client's (RFC 4254 section 6): what it asks for before and while something runs in it. */
export class SessionChannel {
  readonly #relaying: Relaying
  readonly #session: Session
  readonly #closed = new AbortController()
  readonly #environment: Environment
  #terminal: PseudoTtyInfo | undefined
  #running: CommandChannel | undefined
  #channel: ServerChannel | undefined
  #files: SftpChannel | undefined
  #isUsed = false

  constructor(relaying: Relaying, session: Session) {
    this.#relaying = relaying
    this.#session = session
    this.#environment = new Environment(relaying.settings.environment)
    session.on('pty', (accept, reject, info) =>
      this.#answer(this.#setTerminal(info), accept, reject),
    )
    session.on('env', (accept, reject, { key, val }) =>
      this.#answer(
        !this.#isUsed && this.#environment.set({ name: key, value: val }),
        accept,
        reject,
      ),
    )
    session.on('window-change', (accept, _reject, info) => {
      if (this.#terminal !== undefined) this.#terminal = { ...this.#terminal, ...info }
      this.#running?.resize(info)
      optional(accept)
    })
    session.on('signal', (accept, reject, { name }) =>
      this.#answer(this.#signal(name), accept, reject),
    )
    session.on('exec', (accept, _reject, { command }) => this.#run(accept(), command, 'exec'))
    session.on('shell', (accept) => this.#run(accept(), '', 'shell'))
    session.on('subsystem', (accept, reject, { name }) => {
      if (name === 'sftp') this.#serveFiles(accept())
      else reject()
    })
    session.once('close', () => this.#closed.abort())
    // Agent and X11 forwarding would open ways from the target into the client: without a listener they are refused.
  }

  get isUsed(): boolean {
    return this.#isUsed
  }

  /** Told when the client has closed the channel, or all has ended. */
  whenClosed(listener: () => void): void {
    this.#closed.signal.addEventListener('abort', listener)
  }

  /** What the client has sent and nobody has read. */
  get unreadBytes(): number {
    return this.#channel?.readableLength ?? 0
  }

  /** Tells the client why everything ends. */
  tell(text: string): void {
    this.#running?.tell(text)
  }

  /** What was asked for could not be read: told while it still can be, unless something runs here. */
  refuseUnread(text: string): void {
    if (this.#isUsed || this.#closed.signal.aborted) return
    refuseUnread(this.#relaying.connection, this.#session, { text, status: exitRefused })
  }

  /** All ends: what runs here is settled before the session is. */
  abandon(): void {
    this.#running?.abandon()
    this.#files?.abandon()
  }

  #answer(isAccepted: boolean, accept: () => void, reject: () => unknown): void {
    optional(isAccepted ? accept : reject)
  }

  #signal(name: string): boolean {
    if (this.#running === undefined || !signals.has(name)) return false
    this.#running.signal(name)
    return true
  }

  #setTerminal(info: PseudoTtyInfo): boolean {
    if (this.#relaying.settings.terminal === 'refuse' || this.#isUsed) return false
    // It is no part of the operation, and scripts at the target put it into paths and commands.
    if (!terminalName.test(info.term)) return false
    this.#terminal = info
    return true
  }

  #run(channel: ServerChannel | undefined, text: string, shape: CommandOperation['shape']): void {
    if (channel === undefined) return
    const terminal = this.#terminal
    const operation: CommandOperation = {
      kind: 'command',
      shape,
      text,
      terminal: terminal !== undefined,
      environment: this.#environment.variables,
    }
    this.#use(channel)
    const closed = this.#closed.signal
    this.#running = new CommandChannel(this.#relaying, { channel, operation, terminal, closed })
    this.#running.start()
  }

  #use(channel: ServerChannel): void {
    this.#isUsed = true
    this.#channel = channel
    // What is written to a client that is gone is an error of either stream, and without a listener the end of the process.
    for (const stream of [channel, channel.stderr]) stream.on('error', () => undefined)
    channel.once('close', () => this.#closed.abort())
  }

  #serveFiles(channel: ServerChannel | undefined): void {
    if (channel === undefined) return
    this.#use(channel)
    this.#files = new SftpChannel(this.#relaying, channel, this.#closed.signal)
    this.#files.start()
  }
}

/** The library leaves out what the client did not ask an answer for, whatever its types say. */
function optional(answer: (() => unknown) | undefined): void {
  answer?.()
}
