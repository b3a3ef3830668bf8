import { InternalError } from '@wardgate/errors'
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Ledger } from './ledger'

const leash = join(__dirname, 'leash.js')
const readyLimitMillis = 60_000
const stopLimitMillis = 15_000
const restartLimit = 20
const restartWindowMillis = 60_000
const restartDelayMillis = 200

export interface ChildOptions {
  readonly name: string
  readonly script: string
  /** Of node's, which stand before the script. */
  readonly flags?: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly logFile: string
  /** Exit codes that another start would meet again, each with what somebody has to do. */
  readonly lastingEnds?: Readonly<Record<number, string>>
  /** Resolves when the child answers; rejects while it does not. */
  readonly probe: () => Promise<void>
}

interface Ended {
  readonly how: string
  /** What somebody has to do, when another start would end in the same way. */
  readonly next: string | undefined
}

/** A node process of the product, restarted when it dies, until it is stopped. */
export class Child {
  private process: ChildProcess | undefined
  private state: 'starting' | 'running' | 'stopping' = 'starting'
  /** How the one that was launched last ended. */
  private ended: Ended | undefined
  private restarts: number[] = []
  private readonly name: string
  private readonly options: ChildOptions
  private readonly ledger: Ledger
  private readonly report: (line: string) => void

  constructor(options: ChildOptions, ledger: Ledger, report: (line: string) => void) {
    this.name = options.name
    this.options = options
    this.ledger = ledger
    this.report = report
  }

  async start(): Promise<void> {
    this.launch()
    const deadline = Date.now() + readyLimitMillis
    for (;;) {
      if (this.ended !== undefined) throw this.endedEarly(this.ended)
      if (await this.answers()) {
        if (this.state === 'starting') this.state = 'running'
        return
      }
      if (Date.now() > deadline) throw this.failure('did not answer in time')
      await delay(40)
    }
  }

  async stop(): Promise<void> {
    this.state = 'stopping'
    const child = this.process
    if (!child || this.ended !== undefined) return
    const exited = once(child, 'exit')
    child.kill('SIGTERM')
    const stopped = await Promise.race([
      exited.then(() => true),
      delay(stopLimitMillis, false, { ref: false }),
    ])
    if (stopped) return
    this.report(`${this.name} does not end and is killed; see ${this.options.logFile}`)
    child.kill('SIGKILL')
    await exited
  }

  private launch(): void {
    const log = openSync(this.options.logFile, 'a', 0o600)
    // A group of its own: Ctrl-C reaches the runner alone, which then stops everything in order.
    const { flags = [], script } = this.options
    const child = spawn(process.execPath, ['--require', leash, ...flags, script], {
      env: this.options.env,
      stdio: ['ignore', log, log, 'pipe'],
      detached: true,
    })
    closeSync(log)
    child.stdio[3]?.on('error', () => undefined)
    this.process = child
    this.ended = undefined
    if (child.pid !== undefined)
      this.ledger.add({ name: this.name, pid: child.pid, marker: script })
    child.once('error', (error) => this.onExit({ how: error.message, next: undefined }))
    child.once('exit', (code, signal) => {
      const how = signal ?? `code ${code ?? 0}`
      this.onExit({ how, next: this.options.lastingEnds?.[code ?? 0] })
    })
  }

  private onExit(ended: Ended): void {
    this.ended = ended
    if (this.state !== 'running') return
    const { how, next } = ended
    if (next !== undefined) {
      this.report(`${this.name} ended (${how}) and is left alone. ${next}`)
      return
    }
    const now = Date.now()
    this.restarts = [...this.restarts.filter((at) => now - at < restartWindowMillis), now]
    const { logFile } = this.options
    if (this.restarts.length > restartLimit) {
      this.report(`${this.name} keeps ending (${how}) and is left alone; see ${logFile}`)
      return
    }
    this.report(`${this.name} ended (${how}) and is started again; see ${logFile}`)
    setTimeout(() => {
      if (this.state === 'running') this.launch()
    }, restartDelayMillis)
  }

  private async answers(): Promise<boolean> {
    return this.options.probe().then(
      () => true,
      () => false,
    )
  }

  private endedEarly({ how, next }: Ended): InternalError {
    return this.failure(`ended while starting (${how})`, next)
  }

  private failure(what: string, next?: string): InternalError {
    const nextStep = [next, `Read ${this.options.logFile}.`].filter(Boolean).join(' ')
    return new InternalError(`${this.name} ${what}`, { expose: true, nextStep })
  }
}
