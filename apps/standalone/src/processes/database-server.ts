import { startCluster, type Cluster, type ClusterOptions } from '@wardgate/embedded-postgres'
import { setTimeout as delay } from 'node:timers/promises'
import type { Ledger } from './ledger'

const restartDelayMillis = 200

/** An embedded PostgreSQL server that is started again when it dies, until it is stopped. */
export class DatabaseServer {
  private readonly ending = new AbortController()
  private starting: Promise<Cluster> | undefined
  private readonly name: string
  private readonly options: ClusterOptions
  private readonly ledger: Ledger
  private readonly report: (line: string) => void

  constructor(
    name: string,
    options: ClusterOptions,
    ledger: Ledger,
    report: (line: string) => void,
  ) {
    this.name = name
    this.options = options
    this.ledger = ledger
    this.report = report
  }

  start(): Promise<Cluster> {
    this.starting = this.launch()
    return this.starting
  }

  async stop(): Promise<void> {
    this.ending.abort()
    // A start that is under way ends what it began, and then rejects.
    const cluster = await this.starting?.catch(() => undefined)
    await cluster?.stop()
  }

  private async launch(): Promise<Cluster> {
    const marker = `-p ${this.options.port} `
    const cluster = await startCluster({
      ...this.options,
      signal: this.ending.signal,
      // PostgreSQL reads SIGINT as "end now, cleanly"; SIGTERM would wait for its clients.
      launched: (pid) => this.ledger.add({ name: this.name, pid, marker, signal: 'SIGINT' }),
    })
    void cluster.exited.then(() => this.onExit())
    return cluster
  }

  private isEnding(): boolean {
    return this.ending.signal.aborted
  }

  private async onExit(): Promise<void> {
    if (this.isEnding()) return
    this.report(`${this.name} ended and is started again; see ${this.options.logFile ?? 'its log'}`)
    await delay(restartDelayMillis)
    if (this.isEnding()) return
    await this.start().catch((error: unknown) => {
      if (!this.isEnding()) this.report(`${this.name} does not start again: ${String(error)}`)
    })
  }
}
