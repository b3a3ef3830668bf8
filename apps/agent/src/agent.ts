import type { Server } from 'node:http'
import { join } from 'node:path'
import type { Socket } from 'node:net'
import { AuditError, type GatewayError } from '@wardgate/errors'
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
import { v4 as uuidv4 } from 'uuid'
import { Estimates } from './estimates/estimators'
import { CatalogWatch } from './catalog/catalog-watch'
import { ChangeSpotter } from './catalog/change-spotter'
import { catalogReaders } from './catalog/readers'
import type { Config } from './config/env'
import { staysOnMachine } from './config/address'
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
import { startHealthServer } from './observation/health-server'
import { createMetrics } from './observation/metrics'
import { Recorders } from './recording/recorders'
import { RecordingShare } from './recording/recording-share'
import { Connections } from './sessions/connections'
import { netDialler } from './sessions/dialler'
import { WatchedControlPlane } from './sessions/watched-control-plane'
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

/** For the control plane to take the last entries when the agent stops. */
const farewellMillis = 5000

/** The daemon: everything wired, nothing decided. */
export class Agent {
  readonly #options: AgentOptions
  readonly #log: Log
  readonly #spool: FileSpool
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
  readonly #hosts: HostCertificates
  readonly #hostKey: CertifiedHostKey
  readonly #instanceId = uuidv4()
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
      folder: join(config.stateFolder, 'spool'),
      clock: systemClock,
      maxBytes: config.spoolMaxBytes,
    })
    this.#connections = new Connections(options.protocols, log)
    this.#link = new ControlLink({
      address: config.controlPlane,
      identity,
      clock: systemClock,
      log,
      hello: () => this.#hello(),
      heartbeat: () => this.#heartbeat(),
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
    this.#hosts = new HostCertificates({ clock: systemClock, client: () => this.#link.client })
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
    this.#spool.append({ kind: 'agent-life', event: 'started', detail: version })
    await this.#listeners.configure(config.listeners)
    if (config.health !== undefined) {
      this.#health = await startHealthServer({
        address: config.health,
        metrics: this.#metrics(),
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
    await this.#sayFarewell()
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
      ...(broken === undefined ? [] : [broken.code]),
      ...(this.#spool.full ? ['spool full'] : []),
    ]
  }

  /** Where clients can connect. */
  get listeners(): ReturnType<ListenerSet['addresses']> {
    return this.#listeners.addresses()
  }

  async #sayFarewell(): Promise<void> {
    try {
      if (this.#spool.broken === undefined) {
        this.#spool.append({ kind: 'agent-life', event: 'stopped', detail: '' })
        await this.#spool.durable()
        if (this.#link.isUp) await this.#ingest.settled(AbortSignal.timeout(farewellMillis))
      }
      await this.#spool.close()
    } catch (error) {
      this.#log.error({ err: error }, 'spool not closed cleanly')
    }
  }

  #createGateway(): Gateway {
    const { maxSessions, promptMillis } = this.#options.config
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
      limits: { sessions: maxSessions, promptMillis },
      clock: systemClock,
    })
  }

  #accept(client: Socket, spec: ListenerSpec): void {
    const protocol = this.#connections.protocol(spec.protocol)
    if (protocol === undefined) {
      client.destroy()
      return
    }
    const { tls } = this.#options.config
    const { certificate: hostCertificate } = this.#hostKey
    void this.#gateway.serve({
      client,
      clientAddress: addressOf(client),
      listener: {
        name: spec.text,
        protocol,
        settings: this.#connections.settingsFor(spec, protocol),
        settingsOf: (connection) => this.#connections.settingsOf(connection, protocol),
        connections: () => this.#connections.servedBy(protocol),
        certificateFor: (host) => this.#hosts.get(host),
        hostKey: this.#hostKey.hostKey,
        ...(hostCertificate === undefined ? {} : { hostCertificate }),
        plaintextAllowed: staysOnMachine(spec.address),
        ...(spec.connection === undefined ? {} : { boundConnection: spec.connection }),
        ...(tls === undefined ? {} : { tls }),
      },
    })
  }

  #linkListener(): LinkListener {
    return {
      attached: () => {
        this.#noteLife('control-restored')
        this.#ingest.connect()
        this.#hostKey.start()
        this.#catalogs.announceAll()
      },
      lost: () => this.#noteLife('control-lost'),
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

  #noteLife(event: 'control-lost' | 'control-restored'): void {
    try {
      this.#spool.append({ kind: 'agent-life', event, detail: '' })
    } catch (error) {
      this.#log.error({ err: error }, 'agent life not recorded')
      if (error instanceof AuditError && error.code === 'ERR_AUDIT_CORRUPT') {
        this.#options.ended(error)
      }
    }
  }

  #useIdentity(identity: Identity): void {
    saveIdentity(this.#options.config.stateFolder, identity)
    this.#link.useIdentity(identity)
  }

  #hello() {
    return {
      version: this.#options.version,
      protocols: this.#connections.protocolNames,
      instanceId: this.#instanceId,
      listeners: this.#listeners.addresses().map(({ spec, port }) => ({
        protocol: spec.protocol,
        address: port === undefined ? spec.text : `${hostOf(spec)}:${port}`,
        connection: spec.connection ?? '',
      })),
    }
  }

  #heartbeat() {
    const { entries, oldestSeconds } = this.#backlog.backlog
    return {
      liveSessions: this.#gateway.counters.sessions,
      spoolEntries: BigInt(entries),
      spoolBytes: BigInt(this.#spool.bytes),
      spoolId: this.#spool.spoolId,
      spoolLast: BigInt(this.#spool.lastSequence),
      oldestUnacknowledgedSeconds: oldestSeconds,
    }
  }

  #metrics() {
    const { counters } = this.#gateway
    return createMetrics({
      liveSessions: () => counters.sessions,
      handshakes: () => counters.handshakes,
      prompts: () => counters.prompts,
      openedSessions: () => counters.openedSessions,
      acceptedSockets: () => counters.acceptedSockets,
      refusedLogins: () => counters.refusedLogins,
      isAttached: () => this.#link.isUp,
      epoch: () => this.#link.epoch,
      spoolBytes: () => this.#spool.bytes,
      spoolMaxBytes: () => this.#options.config.spoolMaxBytes,
      spoolLast: () => this.#spool.lastSequence,
      spoolDurable: () => this.#spool.durableSequence,
      spoolAcknowledged: () => this.#spool.acknowledged,
      spoolOldestSeconds: () => this.#backlog.backlog.oldestSeconds,
      listeners: () => this.#listeners.specs.length,
      memoEntries: () => this.#memo.size,
      catalogReads: () => this.#catalogs.counts,
    })
  }
}

function hostOf({ address }: ListenerSpec): string {
  if (address.kind === 'unix') return address.path
  return address.host.includes(':') ? `[${address.host}]` : address.host
}

function addressOf({ remoteAddress, remotePort }: Socket): string {
  return remoteAddress === undefined ? 'unix' : `${remoteAddress}:${String(remotePort)}`
}
