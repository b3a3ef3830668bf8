import type { Heartbeat, Hello } from '@wardgate/contract'
import type { Gateway, VerdictMemo } from '@wardgate/gateway'
import type { Registry } from 'prom-client'
import { v4 as uuidv4 } from 'uuid'
import type { CatalogWatch } from '../catalog/catalog-watch'
import type { ListenerSpec } from '../config/listener-spec'
import type { ControlLink } from '../control/link'
import type { BacklogWatch } from '../ingest/backlog-watch'
import type { ListenerSet } from '../listeners/listener-set'
import type { Connections } from '../sessions/connections'
import type { FileSpool } from '../spool/spool'
import { createMetrics } from './metrics'

/** Whom the agent asks when it tells of itself. */
export interface Reported {
  readonly version: string
  readonly spoolMaxBytes: number
  readonly connections: Pick<Connections, 'protocolNames'>
  readonly listeners: Pick<ListenerSet, 'addresses' | 'specs'>
  readonly gateway: Pick<Gateway, 'counters'>
  readonly spool: FileSpool
  readonly backlog: Pick<BacklogWatch, 'backlog'>
  readonly link: Pick<ControlLink, 'isUp' | 'epoch'>
  readonly memo: Pick<VerdictMemo, 'size'>
  readonly catalogs: Pick<CatalogWatch, 'counts'>
}

/** What the agent tells of itself: to the control plane, and to whoever measures it. */
export class AgentReport {
  readonly #about: Reported
  readonly #instanceId = uuidv4()

  constructor(about: Reported) {
    this.#about = about
  }

  hello(): Hello {
    const { version, connections, listeners } = this.#about
    return {
      version,
      protocols: connections.protocolNames,
      instanceId: this.#instanceId,
      listeners: listeners.addresses().map(({ spec, port }) => ({
        protocol: spec.protocol,
        address: port === undefined ? spec.text : `${hostOf(spec)}:${port}`,
        connection: spec.connection ?? '',
      })),
    }
  }

  heartbeat(): Heartbeat {
    const { gateway, spool, backlog } = this.#about
    const { entries, oldestSeconds } = backlog.backlog
    return {
      liveSessions: gateway.counters.sessions,
      spoolEntries: BigInt(entries),
      spoolBytes: BigInt(spool.bytes),
      spoolId: spool.spoolId,
      spoolLast: BigInt(spool.lastSequence),
      oldestUnacknowledgedSeconds: oldestSeconds,
    }
  }

  metrics(): Registry {
    const { gateway, spool, backlog, link, listeners, memo, catalogs } = this.#about
    const { counters } = gateway
    return createMetrics({
      liveSessions: () => counters.sessions,
      handshakes: () => counters.handshakes,
      prompts: () => counters.prompts,
      openedSessions: () => counters.openedSessions,
      acceptedSockets: () => counters.acceptedSockets,
      refusedLogins: () => counters.refusedLogins,
      isAttached: () => link.isUp,
      epoch: () => link.epoch,
      spoolBytes: () => spool.bytes,
      spoolMaxBytes: () => this.#about.spoolMaxBytes,
      spoolLast: () => spool.lastSequence,
      spoolDurable: () => spool.durableSequence,
      spoolAcknowledged: () => spool.acknowledged,
      spoolOldestSeconds: () => backlog.backlog.oldestSeconds,
      listeners: () => listeners.specs.length,
      memoEntries: () => memo.size,
      catalogReads: () => catalogs.counts,
    })
  }
}

function hostOf({ address }: ListenerSpec): string {
  if (address.kind === 'unix') return address.path
  return address.host.includes(':') ? `[${address.host}]` : address.host
}
