import type { JsonValue } from '@wardgate/audit-log'

/** What a tool was when it was accepted. */
export interface ToolPin {
  readonly connectionId: string
  readonly name: string
  readonly digest: string
  readonly definition: JsonValue
  /** Null = as it was first seen. */
  readonly acceptedBy: string | null
  readonly acceptedAt: Date
  /** What it has become; null = unchanged. */
  readonly offered: {
    readonly digest: string
    readonly definition: JsonValue
    readonly at: Date
  } | null
}

/** A tool that is something else than what was accepted is neither shown nor called. */
export function isQuarantined({ offered }: Pick<ToolPin, 'offered'>): boolean {
  return offered !== null
}
