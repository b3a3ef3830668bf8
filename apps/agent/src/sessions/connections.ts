import type { AssignedConnection } from '@wardgate/contract'
import type { Protocol, ServedConnection } from '@wardgate/gateway'
import type { Logger as Log } from '@wardgate/logger'
import { type ListenerSpec, makeListenerSpec } from '../config/listener-spec'

interface Connection {
  readonly id: string
  readonly name: string
  readonly protocol: Protocol
  readonly settings: unknown
  readonly listeners: readonly ListenerSpec[]
}

/** The connections that the control plane assigned to this agent, with their settings parsed. */
export class Connections {
  readonly #protocols: ReadonlyMap<string, Protocol>
  readonly #log: Log
  #byId = new Map<string, Connection>()
  #served = new Map<Protocol, readonly ServedConnection[]>()

  constructor(protocols: readonly Protocol[], log: Log) {
    this.#protocols = new Map(protocols.map((protocol) => [protocol.name, protocol]))
    this.#log = log
  }

  assign(connections: readonly AssignedConnection[]): void {
    this.#served = new Map()
    this.#byId = new Map(
      connections.flatMap((assigned) => {
        const connection = this.#parse(assigned)
        return connection === undefined ? [] : [[connection.id, connection] as const]
      }),
    )
  }

  protocol(name: string): Protocol | undefined {
    return this.#protocols.get(name)
  }

  get protocolNames(): string[] {
    return [...this.#protocols.keys()]
  }

  protocolOf(connectionId: string): string {
    return this.#byId.get(connectionId)?.protocol.name ?? ''
  }

  /** Listeners that come with the assigned connections. */
  get listeners(): ListenerSpec[] {
    return [...this.#byId.values()].flatMap(({ listeners }) => listeners)
  }

  /**
   * What an engine behind this listener works with: the settings of the connection that it is bound to, or of the
   * only one of its protocol. With several, nobody knows yet which one the client will name: the defaults.
   */
  settingsFor(spec: ListenerSpec, protocol: Protocol): unknown {
    const candidates = [...this.#byId.values()].filter(
      ({ name, protocol: own }) =>
        own === protocol && (spec.connection === undefined || name === spec.connection),
    )
    const [only] = candidates
    return only !== undefined && candidates.length === 1
      ? only.settings
      : protocol.settings.parse({})
  }

  /** For a client that names its connection before it is known who asks; undefined = not served here. */
  settingsOf(connection: string, protocol: Protocol): unknown {
    const connections = [...this.#byId.values()]
    return connections.find(({ name, protocol: own }) => own === protocol && name === connection)
      ?.settings
  }

  /** Those of the protocol: the same list until others are assigned. */
  servedBy(protocol: Protocol): readonly ServedConnection[] {
    const known = this.#served.get(protocol)
    if (known !== undefined) return known
    const served = [...this.#byId.values()].filter(({ protocol: own }) => own === protocol)
    this.#served.set(protocol, served)
    return served
  }

  /** A connection whose settings this build cannot read is not served with other ones. */
  #parse(assigned: AssignedConnection): Connection | undefined {
    const { id, name } = assigned
    const protocol = this.#protocols.get(assigned.protocol)
    if (protocol === undefined) {
      this.#log.error(
        { connection: name, protocol: assigned.protocol },
        'unknown protocol assigned',
      )
      return undefined
    }
    try {
      const raw: unknown = assigned.settingsJson === '' ? {} : JSON.parse(assigned.settingsJson)
      const settings = protocol.settings.parse(raw)
      const listeners = assigned.listeners.flatMap(
        ({ address }) => makeListenerSpec(protocol.name, name, address) ?? [],
      )
      return { id, name, protocol, settings, listeners }
    } catch (error) {
      this.#log.error({ connection: name, err: error }, 'connection settings refused')
      return undefined
    }
  }
}
