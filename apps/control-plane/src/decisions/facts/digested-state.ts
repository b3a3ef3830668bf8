import type { JsonValue } from '@wardgate/audit-log'
import type { SessionState } from '@wardgate/gateway'

/** What an approval binds to of the session's state. Transaction status does not change what an operation means. */
export function digestedState({ searchPath, role, styles }: SessionState): JsonValue {
  return {
    searchPath: searchPath ?? null,
    role,
    styles: styles === undefined ? null : { ...styles },
  }
}
