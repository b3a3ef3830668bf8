import type { Cluster } from '@wardgate/embedded-postgres'
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { databaseOptions, type DatabaseName } from './databases'
import { logFolder } from './home'
import { Child } from './processes/child'
import { DatabaseServer } from './processes/database-server'
import { Guarded } from './processes/guarded'
import type { Ledger } from './processes/ledger'
import { httpProbe } from './processes/probe'
import type { Secrets } from './secrets'
import type { Settings } from './settings'

const execute = promisify(execFile)

export interface Reporter {
  readonly progress: (step: string) => void
  readonly event: (line: string) => void
}

export interface PartOptions {
  readonly name: string
  readonly env: Record<string, string>
  readonly readyUrl: string
  /** Under `apps/`; default the `main.js` of the application with this name. */
  readonly script?: string
  readonly flags?: readonly string[]
  readonly lastingEnds?: Readonly<Record<number, string>>
}

/**
 * The one owner of the processes of a standalone, in the order they were begun; `stop` goes backwards. From then on none is begun any
 * more, whoever still asks for one.
 */
export class Parts {
  private readonly running: { stop(): Promise<void> }[] = []
  private readonly ending = new AbortController()
  private readonly guarded: Guarded
  private readonly settings: Settings
  private readonly ledger: Ledger
  private readonly reporter: Reporter

  constructor(settings: Settings, ledger: Ledger, reporter: Reporter) {
    this.settings = settings
    this.ledger = ledger
    this.reporter = reporter
    this.guarded = new Guarded(settings.home, ledger)
  }

  /** Aborts when all of it is about to be stopped. */
  get signal(): AbortSignal {
    return this.ending.signal
  }

  guard(): void {
    this.signal.throwIfAborted()
    this.guarded.start()
  }

  async database(name: DatabaseName, secrets: Secrets): Promise<Cluster> {
    this.signal.throwIfAborted()
    const options = databaseOptions(name, this.settings, secrets)
    const server = new DatabaseServer(name, options, this.ledger, this.reporter.event)
    this.running.push(server)
    return server.start()
  }

  /** Resolves when the process answers. */
  async child(options: PartOptions): Promise<void> {
    const { name, env, readyUrl, script, flags = [], lastingEnds = {} } = options
    this.signal.throwIfAborted()
    const child = new Child(
      {
        name,
        script: join(this.settings.root, 'apps', script ?? `${name}/dist/main.js`),
        flags,
        env,
        lastingEnds,
        logFile: join(logFolder(this.settings.home), `${name}.log`),
        probe: () => httpProbe(readyUrl),
      },
      this.ledger,
      this.reporter.event,
    )
    this.running.push(child)
    await child.start()
  }

  /** What a short-lived process prints. */
  async output([command = '', ...args]: readonly string[], env = process.env): Promise<string> {
    const { stdout } = await execute(command, args, { env, signal: this.signal })
    return stdout.trim()
  }

  async stop(): Promise<void> {
    this.ending.abort()
    // Backwards, so that the agent can hand over its spool and the databases end last.
    for (const part of this.running.reverse()) await part.stop()
    this.ledger.clear()
    await this.guarded.stop()
  }
}
