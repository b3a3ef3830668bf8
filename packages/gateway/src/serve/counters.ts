/** What the gateway has done since it started, for metrics. */
export interface Counters {
  /** Sockets that are being served, whatever their state. */
  sockets: number
  handshakes: number
  /** Handshakes that are given a person's time. */
  prompts: number
  sessions: number
  acceptedSockets: number
  openedSessions: number
  endedSessions: number
  /** By error code. */
  refusedLogins: Map<string, number>
}

export function newCounters(): Counters {
  return {
    sockets: 0,
    handshakes: 0,
    prompts: 0,
    sessions: 0,
    acceptedSockets: 0,
    openedSessions: 0,
    endedSessions: 0,
    refusedLogins: new Map(),
  }
}
