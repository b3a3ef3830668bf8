import type { JsonObject } from '../common/audit-port'
import type { AgentListener } from '../agents/agent'
import type { SessionTarget } from './session'

/** A connection that an agent serves, with what it needs to do so. */
export interface AssignedTarget {
  readonly target: SessionTarget
  readonly settings: JsonObject
  readonly listeners: readonly AgentListener[]
}
