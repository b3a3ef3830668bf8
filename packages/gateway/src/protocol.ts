import type { GatewayError } from '@wardgate/errors'
import type { Column, RowMasker, StreamMasker } from '@wardgate/masking'
import type { Duplex } from 'node:stream'
import type { Operation, Outcome } from './operation'
import type { permitProof } from './proof'
import type { Target, TargetCredential } from './target'

/** A validator that is also a JSON Schema: the API validates with it and the console draws its form from it. */
export interface Schema<T> {
  parse(input: unknown): T
  readonly jsonSchema: Readonly<Record<string, unknown>>
}

/** What a protocol can enforce. A policy that needs more is refused when it is saved. */
export interface Capabilities {
  readonly operations: readonly Operation['kind'][]
  readonly masks: readonly ('column' | 'detector' | 'path' | 'header')[]
  /** Kinds of credential that it can present to a target. */
  readonly credentials: readonly TargetCredential['kind'][]
  readonly hold: boolean
  readonly rowLimit: boolean
  readonly readOnly: boolean
  /** Whether its interactive shells can be made to take whole lines. */
  readonly lines: boolean
  /** Whether a session is in a database, which client or connection must name. */
  readonly databases: boolean
  /** Whether it encrypts before a secret crosses, so that no listener of it needs TLS. */
  readonly encrypts: boolean
}

export interface Protocol<TSettings = unknown> {
  readonly name: string
  /** Port that an agent listens on for it when none is configured. */
  readonly defaultPort: number
  readonly settings: Schema<TSettings>
  readonly capabilities: Capabilities
  /** Hosts, with or without a port, that a client reaches through a connection with these settings by a proxy. */
  proxyHosts?(settings: TSettings): readonly string[]
  createEngine(client: Duplex, settings: TSettings): Engine
  /** Releases what engines share, such as idle streams to targets. Called when the agent drains. */
  close?(): void
}

/** One client's conversation. Created for an accepted socket; nothing has been read or dialled yet. */
export interface Engine {
  /** Does the client's side of the handshake. Nothing is dialled; the client has not been told that it is in. */
  accept(login: Login, signal: AbortSignal): Promise<Opening>
  /**
   * Dials through `target`, finishes the handshake, relays until either side ends or `signal` aborts.
   * Keeps reading the client while an operation is held, so that its going away is noticed. An error that it
   * returns or throws has not been told to the client: `refuse` does so.
   */
  relay(gate: Gate, target: Target, signal: AbortSignal): Promise<Closing>
  /**
   * Asked when a login was refused for its credential: whether the client may offer another on the same socket. When
   * true, `accept` is called again; the engine bounds the attempts. Absent = never.
   */
  mayTryAgain?(error: GatewayError): boolean
  /** Tells the client why, in its own protocol, and ends. Legal in any state; never throws. */
  refuse(error: GatewayError): Promise<void>
}

/** What the listener knows before a byte was read, and what the handshake may use. */
export interface Login {
  readonly clientAddress: string
  /** The connection a listener is bound to; then the client need not name one. */
  readonly boundConnection?: string
  /** Certificate for clients that ask for TLS. Absent = TLS is refused politely. */
  readonly tls?: ServerCertificate
  /** Whether a secret may cross this listener without TLS: loopback and unix sockets only. */
  readonly plaintextAllowed: boolean
  /** Private key by which clients of protocols without certificates know this agent: PEM. Absent = none is kept. */
  readonly hostKey?: string
  /** What the control plane says of that key, and says now: an OpenSSH certificate as SSH sends it. */
  readonly hostCertificate?: Uint8Array
  /**
   * Settings of a connection that the client names, for protocols that need them before it is known who asks; parsed
   * by the protocol's own schema. Undefined = not served here.
   */
  settingsOf?(connection: string): unknown
  /** All connections of the protocol that are served here: the same list until it changes. */
  connections?(): readonly ServedConnection[]
  /** What proves to a client that this agent stands for a host of one of them. Rejects for any other. */
  certificateFor?(host: string): Promise<ServerCertificate>
  /**
   * The client has shown that it speaks the protocol and is about to be asked for a credential: a person may have to
   * type it. The time for the handshake is longer from now on, unless too many are being waited for already.
   */
  awaitPerson?(): void
  /** Routes a protocol's out-of-band cancel request to the session with this key. */
  cancel(key: Uint8Array): void
}

export interface ServedConnection {
  readonly name: string
  /** Parsed by the protocol's own schema. */
  readonly settings: unknown
}

/** PEM. */
export interface ServerCertificate {
  readonly key: string
  readonly cert: string
}

/** What the handshake yielded. The credential is unverified. */
export type Opening =
  | {
      readonly kind: 'session'
      readonly connection: string
      readonly unverifiedCredential: string
      /** What the client says of itself: stored as `claimed.*`, never an allow condition. */
      readonly claimed: Readonly<Record<string, string>>
      /** The database or the like that the client asked for; empty = the connection's own. */
      readonly database: string
      /** A signature in place of a token; then the credential is empty. */
      readonly unverifiedProof?: KeyProof
    }
  /** The socket carried only an out-of-band request (cancel) and is done. */
  | { readonly kind: 'done' }

/**
 * A client's proof that it holds the private key of a registered public key. The control plane verifies it again:
 * it finds the principal by the key.
 */
export interface KeyProof {
  /** As the client's protocol names it, such as `rsa-sha2-512`. */
  readonly algorithm: string
  /** In the form of the client's protocol. */
  readonly publicKey: Uint8Array
  /** What was signed. */
  readonly signed: Uint8Array
  readonly signature: Uint8Array
}

export interface Closing {
  /**
   * `next`: the engine has read the beginning of what needs another session (another token or connection on the
   * same socket) and kept it; `accept` is called again.
   */
  readonly reason: 'client' | 'target' | 'killed' | 'drained' | 'error' | 'next'
  readonly error?: GatewayError
}

/**
 * What the client sent (`in`), what it saw (`out`), and the size of its terminal from here on: columns x rows in ASCII,
 * such as `80x24`. Protocols whose streams do not say by themselves what begins where say it here: a `-head` is the
 * beginning of a request or an answer, `-more` goes on with one, a `-message` is a message by itself.
 */
export type Recorded = 'in' | 'out' | 'size' | `${'in' | 'out'}-${'head' | 'more' | 'message'}`

/** The only way to the target: every client message that can cause work is submitted, or refused. */
export interface Gate {
  /**
   * Whether the operation may run, or why not: at once when nothing has to be waited for, as when the memo knows it.
   * Waits while it is held. Rejects only when aborted.
   */
  submit(operation: Operation, hold?: HoldListener): Permit | Denial | Promise<Permit | Denial>
  /**
   * Of tools that the target lists, whether each is as it was accepted and might be called by this principal. Nothing
   * runs, and nothing is recorded of it but what changed.
   */
  screenTools(tools: readonly OfferedTool[]): Promise<readonly boolean[]>
  /**
   * What the client sent or saw, for the recording. Never blocks. `permit` says whose it is; absent = of the oldest
   * operation that still runs, which is right where results come in the order of their operations.
   */
  record(what: Recorded, chunk: Uint8Array, permit?: Permit): void
  /** Whether a session that began now could do what this one no longer can: the control plane was lost, and is back. */
  readonly isOutlived: boolean
  /** Whether the recording is behind what passes: nothing more is to be read from either side before `caughtUp`. */
  readonly isBehind: boolean
  /** Resolves when the recording has room again. Rejects when it has none in time: fails closed. */
  caughtUp(): Promise<void>
  /**
   * A tag of the text that this principal alone has on this connection, through every agent: proof that a name which
   * comes back was given to whoever brings it.
   */
  tag(text: string): string
  /** Masks free text towards the client: errors, notices, notifications. */
  maskText(text: string): string
  /** Makes this session reachable for an out-of-band cancel; the listener is called with it. */
  onCancel(key: Uint8Array, listener: () => void): void
  /** Withdraws the operation that is waiting for approval, if any. True when there was one. */
  withdraw(): boolean
}

/** A tool as the target lists it. */
export interface OfferedTool {
  readonly name: string
  /** JSON text of all that the client would see of it. */
  readonly definition: string
}

/** Told while an operation waits, so that the engine can tell its client in its own protocol. */
export interface HoldListener {
  /** Bounds the wait beyond the rule's own hold; 0 = the client comes again for the decision. */
  readonly maxMillis?: number
  /** Aborted when the client gives up this operation while its session goes on. */
  readonly signal?: AbortSignal
  held(hold: { readonly approvalId: string; readonly url: string; readonly message: string }): void
}

/** Proof that an operation may run; only packages/gateway can make one. Single use: settle ends it. */
export interface Permit {
  readonly kind: 'permit'
  readonly [permitProof]: true
  readonly operationId: string
  /** At most this many rows may reach the client; absent = no limit. */
  readonly rowLimit?: number
  /** How long the target may work on it; then it is stopped, and the client told `tooLong`. Absent = no limit. */
  readonly limitMillis?: number
  /** Whether it may be ended before its last row, by `rowLimit`, `takeRow` or `limitMillis`. */
  readonly mayBeCut: boolean
  readonly readOnly: boolean
  /** True = nothing is masked whatever the columns are, so results need not be described. Absent = unknown. */
  readonly unmasked?: boolean
  /** The target's words about this operation may quote masked values: they are withheld from the client. */
  readonly touchesMasked?: boolean
  /** Of an interactive shell: it must take whole lines, each submitted on its own; nothing typed goes to the target. */
  readonly lines: boolean
  /**
   * Asked before every row goes to the client; an error = this and all further rows are withheld. Only now and then it
   * waits: then the target has to wait as well.
   */
  takeRow(): GatewayError | undefined | Promise<GatewayError | undefined>
  /** Why it was stopped. */
  tooLong(): GatewayError
  masker(columns: readonly Column[]): RowMasker
  /** Masks a body as it streams by; throws a PolicyError when the plan forbids bodies of this media type. */
  body(mediaType: string): StreamMasker
  /** The value of a header as the client may see it. */
  header(name: string, value: string): string
  /** Writes the outcome entry. Called once, also when the target is lost. */
  settle(outcome: Outcome): void
}

export interface Denial {
  readonly kind: 'denial'
  readonly operationId: string
  readonly error: GatewayError
}
