import { AuditError } from '@wardgate/errors'
import type { Logger as Log } from '@wardgate/logger'
import type { FileSpool } from './spool'

export interface AgentLifeOptions {
  readonly spool: FileSpool
  readonly log: Log
  /** The evidence does not verify: the agent cannot go on. */
  readonly corrupt: (error: AuditError) => void
}

/** For the control plane to take the last entries when the agent stops. */
const farewellMillis = 5000

/** The agent's own life among its audit entries. */
export class AgentLife {
  readonly #options: AgentLifeOptions

  constructor(options: AgentLifeOptions) {
    this.#options = options
  }

  /** Throws when it cannot be recorded: then nothing else could be. */
  begin(version: string): void {
    this.#options.spool.append({ kind: 'agent-life', event: 'started', detail: version })
  }

  note(event: 'control-lost' | 'control-restored'): void {
    const { spool, log, corrupt } = this.#options
    try {
      spool.append({ kind: 'agent-life', event, detail: '' })
    } catch (error) {
      log.error({ err: error }, 'agent life not recorded')
      if (error instanceof AuditError && error.code === 'ERR_AUDIT_CORRUPT') corrupt(error)
    }
  }

  /** Makes the spool durable and closes it; `handOver` may take a while to get the last entries to the control plane. */
  async end(handOver: (signal: AbortSignal) => Promise<void>): Promise<void> {
    const { spool, log } = this.#options
    try {
      if (spool.broken === undefined) {
        spool.append({ kind: 'agent-life', event: 'stopped', detail: '' })
        await spool.durable()
        await handOver(AbortSignal.timeout(farewellMillis))
      }
      await spool.close()
    } catch (error) {
      log.error({ err: error }, 'spool not closed cleanly')
    }
  }
}
