import type { SpoolEntry } from '@wardgate/gateway'

/** What the agent writes about itself and the spool; sessions cannot append these. */
export type OwnEntry =
  | {
      readonly kind: 'spool-created'
      readonly previousSpoolId: string
      readonly reason: string
    }
  | { readonly kind: 'agent-life'; readonly event: AgentLifeEvent; readonly detail: string }

export type AgentLifeEvent =
  'started' | 'stopped' | 'spool-full' | 'control-lost' | 'control-restored'

export type AnyEntry = SpoolEntry | OwnEntry
