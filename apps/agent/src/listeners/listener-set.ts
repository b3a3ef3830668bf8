import type { Server, Socket } from 'node:net'
import type { GatewayError } from '@wardgate/errors'
import { ConfigError, toGatewayError } from '@wardgate/errors'
import type { Protocol } from '@wardgate/gateway'
import type { ListenerSpec } from '../config/listener-spec'
import { needsTls } from '../config/needs-tls'
import { bind } from './bind'

export interface ListenerSetOptions {
  readonly hasTls: boolean
  readonly protocols: readonly Protocol[]
  readonly accept: (client: Socket, spec: ListenerSpec) => void
  /** An assigned listener that cannot be had; it is tried again with the next assignment. */
  readonly failed: (spec: ListenerSpec, error: GatewayError) => void
}

/** What the agent listens on: what its configuration says, and what the control plane assigns, changed live. */
export class ListenerSet {
  readonly #options: ListenerSetOptions
  readonly #servers = new Map<string, { readonly spec: ListenerSpec; readonly server: Server }>()
  #configured: readonly ListenerSpec[] = []
  #changes: Promise<void> = Promise.resolve()
  #isClosed = false

  constructor(options: ListenerSetOptions) {
    this.#options = options
  }

  /** Throws on the first address that cannot be had: a wrong configuration is the operator's to mend. */
  async configure(specs: readonly ListenerSpec[]): Promise<void> {
    this.#configured = specs
    for (const spec of specs) await this.#open(spec)
  }

  /** Listeners beside the configured ones. Sessions of a listener that goes away live on. */
  assign(specs: readonly ListenerSpec[]): Promise<void> {
    this.#changes = this.#changes.then(() => this.#change(specs))
    return this.#changes
  }

  /** Stops accepting. */
  close(): void {
    this.#isClosed = true
    for (const key of [...this.#servers.keys()]) this.#close(key)
  }

  get specs(): readonly ListenerSpec[] {
    return [...this.#servers.values()].map(({ spec }) => spec)
  }

  /** What the operating system gave, for listeners on port 0. */
  addresses(): readonly { readonly spec: ListenerSpec; readonly port: number | undefined }[] {
    return [...this.#servers.values()].map(({ spec, server }) => {
      const at = server.address()
      return { spec, port: at === null || typeof at === 'string' ? undefined : at.port }
    })
  }

  async #change(assigned: readonly ListenerSpec[]): Promise<void> {
    const wanted = new Map([...assigned, ...this.#configured].map((spec) => [spec.text, spec]))
    for (const [key, { spec }] of this.#servers) {
      const next = wanted.get(key)
      if (next?.protocol !== spec.protocol || next.connection !== spec.connection) this.#close(key)
    }
    for (const spec of wanted.values()) {
      try {
        await this.#open(spec)
      } catch (error) {
        this.#options.failed(spec, toGatewayError(error))
      }
    }
  }

  async #open(spec: ListenerSpec): Promise<void> {
    if (this.#isClosed || this.#servers.has(spec.text)) return
    const { hasTls, protocols } = this.#options
    if (!hasTls && needsTls(spec, protocols)) {
      throw new ConfigError('ERR_CONFIG_INVALID', `${spec.text} needs TLS`, {
        nextStep: 'Set WARDGATE_TLS_CERT_FILE and WARDGATE_TLS_KEY_FILE, or listen on loopback.',
      })
    }
    const server = await bind(spec, (client) => this.#options.accept(client, spec))
    if (this.#hasClosed()) server.close()
    else this.#servers.set(spec.text, { spec, server })
  }

  /** It may have been closed while the address was being bound. */
  #hasClosed(): boolean {
    return this.#isClosed
  }

  #close(key: string): void {
    this.#servers.get(key)?.server.close()
    this.#servers.delete(key)
  }
}
