import { startCluster, type Cluster, type ClusterOptions } from '@wardgate/embedded-postgres'
import { setTimeout as delay } from 'node:timers/promises'
import type { Ledger } from './ledger'

const restartDelayMillis = 200

/** An embedded PostgreSQL server that is started again when it dies, until it is stopped. */
export class DatabaseServer {
  private stopping = false
  private cluster: Cluster | undefined
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

  async start(): Promise<Cluster> {
    const cluster = await startCluster(this.options)
    this.cluster = cluster
    // PostgreSQL reads SIGINT as "end now, cleanly"; SIGTERM would wait for its clients.
    this.ledger.add({
      name: this.name,
      pid: cluster.pid,
      marker: `-p ${cluster.port} `,
      signal: 'SIGINT',
    })
    void cluster.exited.then(() => this.onExit())
    return cluster
  }

  async stop(): Promise<void> {
    this.stopping = true
    await this.cluster?.stop()
  }

  private async onExit(): Promise<void> {
    if (this.stopping) return
    this.report(`${this.name} ended and is started again`)
    await delay(restartDelayMillis)
    await this.start().catch((error: unknown) =>
      this.report(`${this.name} does not start again: ${String(error)}`),
    )
  }
}
