import type { Transaction } from './database/transaction'

export type JsonValue = null | boolean | number | string | readonly JsonValue[] | JsonObject

export interface JsonObject {
  readonly [key: string]: JsonValue
}

export interface NewAuditEntry {
  /** What happened, `<noun>.<verb>`: `connection.updated`, `login.refused`. */
  readonly kind: string
  readonly principalId?: string | undefined
  readonly sessionId?: string | undefined
  readonly operationId?: string | undefined
  readonly body: JsonObject
}

/** The audit log, seen from those who must write to it: an entry commits with the change that it tells of, or neither does. */
export abstract class AuditLog {
  abstract append(tx: Transaction, entry: NewAuditEntry): Promise<void>
  /** From now on nobody else appends, until the transaction ends. */
  abstract lock(tx: Transaction): Promise<void>
}
