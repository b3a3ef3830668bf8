import type {
  CatalogCheckWanted,
  SessionOpened,
  SessionResponse,
  ToolsScreened,
} from '@wardgate/contract'
import { SessionError } from '@wardgate/errors'
import type { ControlVerdict, Hold } from '@wardgate/gateway'
import { errorFromRefused } from './refusal'
import { verdictFrom } from './verdict'

export type SessionWord = NonNullable<SessionResponse['message']>

/** What the control plane says in a session, in the agent's terms. */
export interface SessionListener {
  opened(message: SessionOpened): void
  refused(error: Error): void
  verdict(operationId: string, verdict: ControlVerdict): void
  held(operationId: string, hold: Hold): void
  toolsScreened(message: ToolsScreened): void
  estimateWanted(operationId: string): void
  catalogCheckWanted(message: CatalogCheckWanted): void
  closed(): void
  killed(error: SessionError): void
}

export function tell(listener: SessionListener, word: SessionWord): void {
  switch (word.$case) {
    case 'opened':
      return listener.opened(word.value)
    case 'refused':
      return listener.refused(errorFromRefused(word.value))
    case 'verdict':
      return listener.verdict(word.value.operationId, verdictFrom(word.value))
    case 'held': {
      const { operationId, approvalId, url, message, holdSeconds } = word.value
      const holdMillis = holdSeconds * 1000
      return listener.held(operationId, { approvalId, url, message, holdMillis })
    }
    case 'toolsScreened':
      return listener.toolsScreened(word.value)
    case 'estimateWanted':
      return listener.estimateWanted(word.value.operationId)
    case 'catalogCheckWanted':
      return listener.catalogCheckWanted(word.value)
    case 'closed':
      return listener.closed()
    case 'kill':
      return listener.killed(new SessionError('ERR_SESSION_KILLED', word.value.reason))
  }
}
