import type { Duplex } from 'node:stream'
import type { Login, Protocol } from '../protocol'

/** One way in: where the agent listens and what it speaks there. */
export interface Listener extends Omit<Login, 'clientAddress' | 'cancel'> {
  readonly name: string
  readonly protocol: Protocol
  /** Parsed by the protocol's own schema. */
  readonly settings: unknown
}

export interface ServeOptions {
  readonly client: Duplex
  readonly clientAddress: string
  readonly listener: Listener
}
