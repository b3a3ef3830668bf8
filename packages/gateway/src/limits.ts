/** Every wait and count that the gateway bounds. */
export interface GatewayLimits {
  /** From accepted socket to credential. */
  readonly handshakeMillis: number
  /** In its place, once the client is known to be asked for a credential that a person may have to type. */
  readonly promptMillis: number
  /** Sockets that may be given that time at once; the others keep to the handshake's. */
  readonly prompts: number
  /** For the control plane to open a session. */
  readonly openMillis: number
  /** For a verdict, unless the operation is held. */
  readonly decideMillis: number
  /** Upper bound on what a rule may ask for as `hold`. */
  readonly holdMillis: number
  /** For a recording that is behind to get room: meanwhile nothing more is read. */
  readonly recordMillis: number
  /** For an engine to end after it was aborted, and to tell its client why. */
  readonly closeMillis: number
  /** Sockets that have not presented an accepted credential yet. */
  readonly handshakes: number
  /** Those of one IPv4 address or IPv6 /64, so that no one place can keep all others out. */
  readonly handshakesPerNetwork: number
  readonly sessions: number
  /** Those of one principal. */
  readonly sessionsPerPrincipal: number
  /** Operations of one session that wait or run; more than one only when a client pipelines. */
  readonly operationsInFlight: number
}

export const defaultLimits: GatewayLimits = {
  handshakeMillis: 10_000,
  promptMillis: 120_000,
  prompts: 64,
  openMillis: 15_000,
  decideMillis: 30_000,
  holdMillis: 15 * 60_000,
  recordMillis: 30_000,
  closeMillis: 5_000,
  handshakes: 512,
  handshakesPerNetwork: 128,
  sessions: 4_000,
  sessionsPerPrincipal: 2_000,
  operationsInFlight: 1_024,
}
