import type { Cluster } from '@wardgate/embedded-postgres'
import { join } from 'node:path'
import { databaseOptions, type DatabaseName } from './databases'
import { logFolder } from './home'
import { Child } from './processes/child'
import { DatabaseServer } from './processes/database-server'
import type { Ledger } from './processes/ledger'
import { httpProbe } from './processes/probe'
import type { Secrets } from './secrets'
import type { Settings } from './settings'

export interface Reporter {
  progress(step: string): void
  event(line: string): void
}

export interface PartOptions {
  readonly name: string
  readonly env: Record<string, string>
  readonly readyUrl: string
  /** Under `apps/`; default the `main.js` of the application with this name. */
  readonly script?: string
  readonly flags?: readonly string[]
}

/** The processes of one standalone, in the order they were begun; `stop` goes backwards. */
export class Parts {
  private readonly running: { stop(): Promise<void> }[] = []
  private readonly settings: Settings
  private readonly ledger: Ledger
  private readonly reporter: Reporter

  constructor(settings: Settings, ledger: Ledger, reporter: Reporter) {
    this.settings = settings
    this.ledger = ledger
    this.reporter = reporter
  }

  async database(name: DatabaseName, secrets: Secrets): Promise<Cluster> {
    const options = databaseOptions(name, this.settings, secrets)
    const server = new DatabaseServer(name, options, this.ledger, (line) =>
      this.reporter.event(line),
    )
    this.running.push(server)
    return server.start()
  }

  /** Resolves when the process answers. */
  async child({ name, env, readyUrl, script, flags = [] }: PartOptions): Promise<void> {
    const child = new Child(
      {
        name,
        script: join(this.settings.root, 'apps', script ?? `${name}/dist/main.js`),
        flags,
        env,
        logFile: join(logFolder(this.settings.home), `${name}.log`),
        probe: () => httpProbe(readyUrl),
      },
      this.ledger,
      (line) => this.reporter.event(line),
    )
    this.running.push(child)
    await child.start()
  }

  async stop(): Promise<void> {
    // Backwards, so that the agent can hand over its spool and the databases end last.
    for (const part of this.running.reverse()) await part.stop()
    this.ledger.clear()
  }
}
