import type { MaskingPlan } from '@wardgate/masking'
import type { Duplex } from 'node:stream'
import type { Protocol } from '../protocol'

/** What a protocol brings to the conformance suite. Everything runs in memory. */
export interface ConformanceHarness {
  readonly protocol: Protocol
  /** As `settings.parse` returns them. */
  readonly settings: unknown
  /** An operation whose result is one row of these cells; `masked` is the index of the one the suite masks. */
  readonly read: {
    readonly text: string
    readonly cells: readonly string[]
    readonly masked: number
    /** What the outcome counts for it; absent = 1. Protocols without rows count none. */
    readonly rows?: number
  }
  /** Masks that one cell, for protocols without columns; absent = by its column. */
  readonly masking?: MaskingPlan
  /** An operation that changes something. */
  readonly write: { readonly text: string }
  /** Bytes that a client could send after login and that exceed every limit; `maxMessageBytes` is in the grant. */
  oversize(maxMessageBytes: number): Iterable<Uint8Array>
  createTarget(): ConformanceTarget
  /** Logs in on the client's end of a connection. */
  connect(stream: Duplex, login: ConformanceLogin): Promise<ConformanceClient | ConformanceRefusal>
  /** Sends the out-of-band cancel request for a client on a stream of its own; absent = the protocol has none. */
  cancel?(stream: Duplex, client: ConformanceClient): Promise<void>
}

export interface ConformanceLogin {
  readonly connection: string
  readonly credential: string
  readonly database: string
}

/** A target in memory that logs anybody in and knows the harness's two operations. */
export interface ConformanceTarget {
  accept(stream: Duplex): void
  /** Every byte of every operation that arrived, after the login. */
  readonly received: () => Buffer
  /** Takes operations and does not answer them, from now on. */
  stall(): void
  /** Drops every connection. */
  lose(): void
}

export interface ConformanceClient {
  readonly kind: 'client'
  /** Sends one operation and waits for its answer, or for the end of the connection. */
  run(text: string): Promise<ConformanceAnswer>
  /** Sends bytes as they are. */
  write(bytes: Uint8Array): void
  /** Everything the client was told outside of results, such as that its operation is held. */
  readonly notices: () => string
  /** The error that came last, if any, as text: also one that came with the end of the connection. */
  readonly lastError: () => string
  /** Resolves when the connection has ended. */
  readonly ended: Promise<void>
  /** Goes away without a word. */
  destroy(): void
}

export interface ConformanceRefusal {
  readonly kind: 'refused'
  readonly text: string
}

export type ConformanceAnswer =
  | { readonly kind: 'result'; readonly rows: readonly (readonly string[])[] }
  /** The code and the message as the client reads them. */
  | { readonly kind: 'error'; readonly text: string }
  | { readonly kind: 'ended' }
