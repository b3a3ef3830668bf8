import type { ConformanceTarget } from '@wardgate/gateway/testing'
import type { Duplex } from 'node:stream'
import { Server, utils, type AuthContext, type Connection, type ServerChannel } from 'ssh2'
import { algorithms } from '../algorithms'
import { inject } from '../transport/inject'
import { hostKeyOf } from '../server/host-key'
import { FakeFiles } from './fake-files'
import { fingerprintOf } from '../upstream/host-keys'

export interface FakeResult {
  readonly stdout?: string | Buffer
  readonly stderr?: string
  readonly code?: number
  /** Ends by this signal instead. */
  readonly signal?: string
}

const hostKey = hostKeyOf(undefined)
const publicKey = utils.parseKey(hostKey)

/** Of the host key that every fake target presents. */
export const fakeTargetFingerprint =
  publicKey instanceof Error ? '' : fingerprintOf(publicKey.getPublicSSH())

/** An SSH server in memory that lets anybody in and runs nothing: it looks commands up. */
export class FakeTarget implements ConformanceTarget {
  /** One command line each, and what was written to its standard input. */
  readonly commands: string[] = []
  readonly variables: string[] = []
  readonly terminals: string[] = []
  readonly signals: string[] = []
  readonly forwards: string[] = []
  readonly channels: ServerChannel[] = []
  /** How it is logged in to; anybody is let in who does not come with nothing. */
  admit: (context: AuthContext) => void = (context) => {
    if (context.method === 'none') context.reject(['password', 'publickey'])
    else context.accept()
  }
  readonly #results: (command: string) => FakeResult | undefined
  readonly #streams: Duplex[] = []
  readonly #listeners: (() => void)[] = []
  readonly files: FakeFiles
  #input = Buffer.alloc(0)
  #isStalled = false

  constructor(
    results: (command: string) => FakeResult | undefined = () => undefined,
    files: FakeFiles = new FakeFiles(),
  ) {
    this.#results = results
    this.files = files
  }

  accept(stream: Duplex): void {
    this.#streams.push(stream)
    stream.on('error', () => undefined)
    const config = { hostKeys: [hostKey], algorithms, keepaliveInterval: 0 }
    const server = new Server(config, (connection) => this.#serve(connection))
    inject(server, stream)
  }

  /** The channels once so many things run. */
  async whenRunning(count: number): Promise<readonly ServerChannel[]> {
    while (this.channels.length < count) await this.#changed()
    return this.channels
  }

  async whenSignalled(): Promise<void> {
    while (this.signals.length === 0) await this.#changed()
  }

  readonly received = () => Buffer.concat([Buffer.from(this.commands.join('\n')), this.#input])

  stall(): void {
    this.#isStalled = true
  }

  lose(): void {
    for (const stream of this.#streams) stream.destroy()
  }

  #serve(connection: Connection): void {
    connection.on('error', () => undefined)
    connection.on('authentication', (context) => this.admit(context))
    connection.on('session', (accept) => {
      const session = accept()
      session.on('env', (yes, _no, { key, val }) => {
        this.variables.push(`${key}=${val}`)
        ;(yes as (() => void) | undefined)?.()
      })
      session.on('pty', (yes, _no, { term, cols, rows }) => {
        this.terminals.push(`${term} ${cols}x${rows}`)
        ;(yes as (() => void) | undefined)?.()
      })
      session.on('window-change', (_yes, _no, { cols, rows }) => {
        this.terminals.push(`${cols}x${rows}`)
      })
      session.on('signal', (_yes, _no, { name }) => {
        this.signals.push(name)
        this.#tell()
      })
      session.on('exec', (yes, _no, { command }) => this.#run(yes(), command))
      session.on('sftp', (yes) => this.files.serve(yes()))
      session.on('shell', (yes) => this.#run(yes(), 'shell'))
    })
    connection.on('tcpip', (accept, _reject, { destIP, destPort }) => {
      this.forwards.push(`${destIP}:${destPort}`)
      const channel = accept()
      channel.pipe(channel)
    })
  }

  #changed(): Promise<void> {
    return new Promise((resolve) => this.#listeners.push(resolve))
  }

  #tell(): void {
    for (const listener of this.#listeners.splice(0)) listener()
  }

  #run(channel: ServerChannel, command: string): void {
    this.commands.push(command)
    this.channels.push(channel)
    this.#tell()
    channel.on('data', (chunk: Buffer) => (this.#input = Buffer.concat([this.#input, chunk])))
    if (this.#isStalled) return
    const { stdout = '', stderr = '', code = 0, signal } = this.#results(command) ?? { code: 127 }
    channel.stderr.write(stderr)
    channel.write(stdout)
    if (signal === undefined) channel.exit(code)
    else channel.exit(signal)
    channel.end()
  }
}
