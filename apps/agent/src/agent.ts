import type { Server } from 'node:http'
import type { Socket } from 'node:net'
import type { GatewayError } from '@wardgate/errors'
import {
  createGateway,
  type Gateway,
  type Protocol,
  systemClock,
  VerdictMemo,
} from '@wardgate/gateway'
import type { Logger as Log } from '@wardgate/logger'
import { shapeKey } from '@wardgate/sql'
import type { Spans } from '@wardgate/tracing'
import { Estimates } from './estimates/estimators'
import { CatalogWatch } from './catalog/catalog-watch'
import { ChangeSpotter } from './catalog/change-spotter'
import { catalogReaders } from './catalog/readers'
import type { Config } from './config/env'
import type { ListenerSpec } from './config/listener-spec'
import { ControlLink, type LinkListener } from './control/link'
import { type Identity, saveIdentity } from './enrolment/identity'
import { Renewal } from './enrolment/renewal'
import { BacklogWatch } from './ingest/backlog-watch'
import { Ingest } from './ingest/ingest'
import { HostCertificates } from './interception/host-certificates'
import { CertifiedHostKey } from './listeners/certified-host-key'
import { loadHostKey } from './listeners/host-key'
import { ListenerSet } from './listeners/listener-set'
import { ServedListeners } from './listeners/served-listeners'
import { AgentReport } from './observation/agent-report'
import { startHealthServer } from './observation/health-server'
import { Recorders } from './recording/recorders'
import { RecordingShare } from './recording/recording-share'
import { Connections } from './sessions/connections'
import { netDialler } from './sessions/dialler'
import { WatchedControlPlane } from './sessions/watched-control-plane'
import { AgentLife } from './spool/agent-life'
import { claimSpool } from './spool/claim-spool'
import { FileSpool } from './spool/spool'

export interface AgentOptions {
  readonly config: Config
  readonly identity: Identity
  readonly protocols: readonly Protocol[]
  readonly version: string
  readonly log: Log
  readonly spans?: Spans
  /** The agent cannot go on, or was told to drain (no error): the caller stops it and ends the process. */
  readonly ended: (error?: GatewayError) => void
}

/** The daemon: everything wired, nothing decided. */
export class Agent {
  readonly #options: AgentOptions
  readonly #log: Log
  readonly #spool: FileSpool
  readonly #life: AgentLife
  readonly #spotter: ChangeSpotter
  readonly #connections: Connections
  readonly #catalogs: CatalogWatch
  readonly #link: ControlLink
  readonly #ingest: Ingest
  readonly #backlog: BacklogWatch
  readonly #recorders: Recorders
  readonly #memo = new VerdictMemo({ shapeKey })
  readonly #estimates = new Estimates((connectionId) => this.#catalogs.accessOf(connectionId))
  readonly #gateway: Gateway
  readonly #listeners: ListenerSet
  readonly #renewal: Renewal
  readonly #hostKey: CertifiedHostKey
  readonly #served: ServedListeners
  readonly #report: AgentReport
  #health: Server | undefined
  #isDraining = false

  constructor(options: AgentOptions) {
    const { config, log, identity } = options
    this.#options = options
    this.#log = log
    this.#hostKey = new CertifiedHostKey({
      hostKey: loadHostKey(config.stateFolder),
      clock: systemClock,
      log,
      client: () => this.#link.client,
    })
    this.#spool = new FileSpool({
      folder: claimSpool(config.stateFolder, identity.agentId, log),
      clock: systemClock,
      maxBytes: config.spoolMaxBytes,
    })
    this.#life = new AgentLife({ spool: this.#spool, log, corrupt: options.ended })
    this.#connections = new Connections(options.protocols, log)
    this.#link = new ControlLink({
      address: config.controlPlane,
      identity,
      clock: systemClock,
      log,
      hello: () => this.#report.hello(),
      heartbeat: () => this.#report.heartbeat(),
      listener: this.#linkListener(),
      ...(options.spans === undefined ? {} : { spans: options.spans }),
      estimate: (connectionId, operation) => this.#estimates.of(connectionId, operation),
      checkCatalog: (connectionId, wanted) => this.#catalogs.lookFor(connectionId, wanted),
    })
    this.#catalogs = new CatalogWatch({
      readers: catalogReaders,
      intervalMillis: config.catalogMillis,
      clock: systemClock,
      log,
      send: (message) => this.#link.send(message),
    })
    this.#spotter = new ChangeSpotter(this.#spool, {
      changed: ({ connectionId, database }) => this.#catalogs.changed(connectionId, database),
      doubted: ({ connectionId, database }) => this.#catalogs.doubted(connectionId, database),
    })
    this.#served = new ServedListeners({
      connections: this.#connections,
      hosts: new HostCertificates({ clock: systemClock, client: () => this.#link.client }),
      hostKey: this.#hostKey,
      tls: config.tls,
    })
    this.#ingest = new Ingest({ spool: this.#spool, client: () => this.#link.client, log })
    this.#backlog = new BacklogWatch({ spool: this.#spool, clock: systemClock, log })
    this.#recorders = new Recorders({
      share: new RecordingShare(this.#spool, config.spoolMaxBytes / 2),
      spool: this.#spotter,
      clock: systemClock,
      log,
      protocolOf: (connectionId) => this.#connections.protocolOf(connectionId),
    })
    this.#gateway = this.#createGateway()
    this.#listeners = new ListenerSet({
      hasTls: config.tls !== undefined,
      protocols: options.protocols,
      accept: (client, spec) => this.#accept(client, spec),
      failed: (spec, error) =>
        log.error({ listener: spec.text, err: error }, 'assigned listener not opened'),
    })
    this.#report = this.#createReport()
    this.#renewal = new Renewal(
      {
        clock: systemClock,
        log,
        client: () => this.#link.client,
        renewed: (fresh) => this.#useIdentity(fresh),
      },
      identity,
    )
  }

  /** Resolves when clients can connect; the control plane may still be away. */
  async start(): Promise<void> {
    const { config, version } = this.#options
    this.#life.begin(version)
    await this.#listeners.configure(config.listeners)
    if (config.health !== undefined) {
      this.#health = await startHealthServer({
        address: config.health,
        metrics: this.#report.metrics(),
        metricsToken: config.metricsToken,
        readiness: () => this.problems(),
        warnings: () => this.#backlog.warnings(),
      })
    }
    this.#link.start()
    this.#renewal.start()
    this.#backlog.start()
    for (const { spec, port } of this.#listeners.addresses()) {
      this.#log.info({ listener: spec.text, port, protocol: spec.protocol }, 'listening')
    }
  }

  /** Stops accepting, lets sessions end, makes the spool durable and hands over what it can. */
  async stop(): Promise<void> {
    if (this.#isDraining) return
    this.#isDraining = true
    this.#log.info({ sessions: this.#gateway.counters.sessions }, 'draining')
    this.#listeners.close()
    await this.#gateway.drain(this.#options.config.drainMillis)
    this.#catalogs.stop()
    this.#recorders.stop()
    this.#renewal.stop()
    this.#hostKey.stop()
    await this.#life.end(async (signal) => {
      if (this.#link.isUp) await this.#ingest.settled(signal)
    })
    this.#backlog.stop()
    this.#ingest.stop()
    this.#link.stop()
    this.#health?.close()
    this.#health?.closeAllConnections()
    this.#log.info({}, 'stopped')
  }

  /** Why the agent cannot serve now; empty = ready. */
  problems(): string[] {
    const { broken } = this.#spool
    return [
      ...(this.#isDraining ? ['draining'] : []),
      ...(this.#link.isUp ? [] : ['control plane not attached']),
      ...(this.#renewal.hasExpired ? ['certificate expired'] : []),
      ...(broken === undefined ? [] : [broken.code]),
      ...(this.#spool.full ? ['spool full'] : []),
    ]
  }

  /** Where clients can connect. */
  get listeners(): ReturnType<ListenerSet['addresses']> {
    return this.#listeners.addresses()
  }

  #createGateway(): Gateway {
    const { maxSessions, maxSessionsPerPrincipal, promptMillis } = this.#options.config
    const controlPlane = new WatchedControlPlane(this.#link, (grant) => {
      const { sessionId, connectionId, database } = grant
      this.#spotter.sessionOpened(sessionId, { connectionId, database })
      this.#catalogs.use(connectionId, database)
    })
    return createGateway({
      controlPlane,
      spool: this.#spotter,
      dialler: netDialler,
      log: this.#log,
      memo: this.#memo,
      createRecorder: this.#recorders.create,
      limits: {
        sessions: maxSessions,
        sessionsPerPrincipal: maxSessionsPerPrincipal,
        promptMillis,
      },
      clock: systemClock,
    })
  }

  #createReport(): AgentReport {
    return new AgentReport({
      version: this.#options.version,
      spoolMaxBytes: this.#options.config.spoolMaxBytes,
      connections: this.#connections,
      listeners: this.#listeners,
      gateway: this.#gateway,
      spool: this.#spool,
      backlog: this.#backlog,
      link: this.#link,
      memo: this.#memo,
      catalogs: this.#catalogs,
    })
  }

  #accept(client: Socket, spec: ListenerSpec): void {
    const protocol = this.#connections.protocol(spec.protocol)
    if (protocol === undefined) {
      client.destroy()
      return
    }
    void this.#gateway.serve({
      client,
      clientAddress: addressOf(client),
      listener: this.#served.of(spec, protocol),
    })
  }

  #linkListener(): LinkListener {
    return {
      attached: () => {
        this.#life.note('control-restored')
        this.#ingest.connect()
        this.#hostKey.start()
        this.#catalogs.announceAll()
      },
      lost: () => this.#life.note('control-lost'),
      assigned: ({ connections }) => {
        this.#connections.assign(connections)
        this.#catalogs.assign(connections)
        void this.#listeners.assign(this.#connections.listeners)
      },
      catalogWanted: (wanted) => this.#catalogs.wanted(wanted),
      drain: (reason) => {
        this.#log.info({ reason }, 'drain ordered')
        this.#options.ended()
      },
      rejected: (error) => this.#options.ended(error),
    }
  }

  #useIdentity(identity: Identity): void {
    saveIdentity(this.#options.config.stateFolder, identity)
    this.#link.useIdentity(identity)
  }
}

function addressOf({ remoteAddress, remotePort }: Socket): string {
  return remoteAddress === undefined ? 'unix' : `${remoteAddress}:${String(remotePort)}`
}
