import { collectDefaultMetrics, Counter, Gauge, Registry } from 'prom-client'

/** Where the values come from when they are asked for. */
export interface MetricSources {
  readonly liveSessions: () => number
  readonly handshakes: () => number
  readonly prompts: () => number
  readonly openedSessions: () => number
  readonly acceptedSockets: () => number
  readonly refusedLogins: () => ReadonlyMap<string, number>
  readonly isAttached: () => boolean
  readonly epoch: () => bigint
  readonly spoolBytes: () => number
  readonly spoolMaxBytes: () => number
  readonly spoolLast: () => number
  readonly spoolDurable: () => number
  readonly spoolAcknowledged: () => number
  readonly spoolOldestSeconds: () => number
  readonly listeners: () => number
  readonly memoEntries: () => number
  readonly catalogReads: () => ReadonlyMap<string, number>
}

/** The agent's Prometheus metrics. They are read from their owners at scrape time, so nothing is counted twice. */
export function createMetrics(sources: MetricSources): Registry {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry, prefix: 'wardgate_agent_' })
  const gauge = (name: string, help: string, read: () => number): void => {
    new Gauge({
      name: `wardgate_agent_${name}`,
      help,
      registers: [registry],
      collect() {
        this.set(read())
      },
    })
  }
  gauge('sessions', 'Live sessions.', sources.liveSessions)
  gauge('handshakes', 'Clients that have not been let in yet.', sources.handshakes)
  gauge('prompts', 'Clients whose person may take time to log in.', sources.prompts)
  gauge('listeners', 'Addresses that the agent listens on.', sources.listeners)
  gauge('control_plane_attached', '1 while the control plane is reached.', () =>
    Number(sources.isAttached()),
  )
  gauge('policy_epoch', 'Epoch of the policies in force.', () => Number(sources.epoch()))
  gauge('memo_entries', 'Verdicts in the memo.', sources.memoEntries)
  gauge('spool_bytes', 'Bytes of the audit spool.', sources.spoolBytes)
  gauge('spool_max_bytes', 'Bytes at which operations are refused.', sources.spoolMaxBytes)
  gauge('spool_unacknowledged_entries', 'Entries that the control plane does not hold yet.', () =>
    Math.max(0, sources.spoolLast() - sources.spoolAcknowledged()),
  )
  gauge(
    'spool_oldest_unacknowledged_seconds',
    'Age of the oldest entry that the control plane does not hold yet.',
    sources.spoolOldestSeconds,
  )
  gauge('spool_undurable_entries', 'Entries that are not on disk for certain yet.', () =>
    Math.max(0, sources.spoolLast() - sources.spoolDurable()),
  )
  const counter = (name: string, help: string, read: () => number): void => {
    new Counter({
      name: `wardgate_agent_${name}_total`,
      help,
      registers: [registry],
      collect() {
        this.reset()
        this.inc(read())
      },
    })
  }
  counter('sessions_opened', 'Sessions that were let in.', sources.openedSessions)
  counter('sockets_accepted', 'Client sockets that were accepted.', sources.acceptedSockets)
  counter('spool_entries', 'Entries written to this spool since it was created.', sources.spoolLast)
  labelled(registry, {
    name: 'logins_refused',
    help: 'Clients that were not let in.',
    label: 'code',
    read: sources.refusedLogins,
  })
  labelled(registry, {
    name: 'catalog_reads',
    help: 'Readings of target catalogs.',
    label: 'result',
    read: sources.catalogReads,
  })
  return registry
}

function labelled(
  registry: Registry,
  metric: {
    readonly name: string
    readonly help: string
    readonly label: string
    readonly read: () => ReadonlyMap<string, number>
  },
): void {
  const { name, help, label, read } = metric
  new Counter({
    name: `wardgate_agent_${name}_total`,
    help,
    labelNames: [label],
    registers: [registry],
    collect() {
      this.reset()
      for (const [value, count] of read()) this.inc({ [label]: value }, count)
    },
  })
}
