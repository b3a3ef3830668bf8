import type { Protocol, ServeOptions } from '@wardgate/gateway'
import { staysOnMachine } from '../config/address'
import type { Config } from '../config/env'
import type { ListenerSpec } from '../config/listener-spec'
import type { HostCertificates } from '../interception/host-certificates'
import type { Connections } from '../sessions/connections'
import type { CertifiedHostKey } from './certified-host-key'

export interface ServedListenersOptions {
  readonly connections: Connections
  readonly hosts: HostCertificates
  readonly hostKey: CertifiedHostKey
  readonly tls: Config['tls']
}

/** What a client finds behind a listener when it connects. */
export class ServedListeners {
  readonly #options: ServedListenersOptions

  constructor(options: ServedListenersOptions) {
    this.#options = options
  }

  of(spec: ListenerSpec, protocol: Protocol): ServeOptions['listener'] {
    const { connections, hosts, hostKey, tls } = this.#options
    const { certificate: hostCertificate } = hostKey
    return {
      name: spec.text,
      protocol,
      settings: connections.settingsFor(spec, protocol),
      settingsOf: (connection) => connections.settingsOf(connection, protocol),
      connections: () => connections.servedBy(protocol),
      certificateFor: (host) => hosts.get(host),
      hostKey: hostKey.hostKey,
      ...(hostCertificate === undefined ? {} : { hostCertificate }),
      plaintextAllowed: staysOnMachine(spec.address),
      ...(spec.connection === undefined ? {} : { boundConnection: spec.connection }),
      ...(tls === undefined ? {} : { tls }),
    }
  }
}
