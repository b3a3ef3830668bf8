import type { Duplex } from 'node:stream'
import type { SessionGrant } from '../ports'
import type { Closing } from '../protocol'
import type { Visit } from './visit'

/** The last entry of a session, and its line in the log. */
export function writeEnd(
  { client, house, log }: Visit,
  grant: SessionGrant,
  closing: Closing,
): void {
  const { reason, error } = closing
  const bytes = bytesOf(client)
  if (error) log[error.logLevel]({ reason, err: error, ...bytes }, 'session failed')
  else log.info({ reason, ...bytes }, 'session closed')
  try {
    const errorCode = error?.code ?? ''
    house.spool.append({
      kind: 'session-ended',
      sessionId: grant.sessionId,
      reason,
      errorCode,
      ...bytes,
    })
  } catch (caught) {
    log.error({ err: caught }, 'end of session not recorded')
  }
}

/** Sockets count their own bytes; other streams, such as those of tests, do not. */
function bytesOf(client: Duplex): { readonly bytesIn: number; readonly bytesOut: number } {
  const bytesIn = 'bytesRead' in client ? Number(client.bytesRead) : 0
  const bytesOut = 'bytesWritten' in client ? Number(client.bytesWritten) : 0
  return { bytesIn, bytesOut }
}
