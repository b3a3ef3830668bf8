import type { Gate } from '@wardgate/gateway'
import type { Client, Connection } from 'ssh2'
import type { SshSettings } from '../settings'

/** What every channel of one session works with. */
export interface Relaying {
  readonly connection: Connection
  readonly upstream: Client
  readonly gate: Gate
  readonly settings: SshSettings
  /** Longest that one command may run; 0 = no limit. */
  readonly commandMillis: number
  /** Something came or went: the session is not idle. */
  readonly touch: () => void
}

/** What to wait for before more is read of either side, if anything: a recording that is behind. */
export function recordingAhead({ gate }: Relaying): Promise<void> | undefined {
  return gate.isBehind ? gate.caughtUp() : undefined
}
