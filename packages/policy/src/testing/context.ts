import type { PolicyConnection, PolicyContext, PolicyPrincipal } from '../context'
import type { ActionFact, ActionName, Facts } from '../facts'

/** Facts of an ordinary statement; `does` is written `delete table:public.orders`. */
export function factsOf(does: readonly string[], more: Partial<Facts> = {}): Facts {
  const actions: ActionFact[] = does.map((text) => {
    const [action, resource = ''] = text.split(' ')
    return { action: action as ActionName, resource }
  })
  return {
    kind: 'sql',
    summary: does.join(', '),
    actions,
    opaque: [],
    risk: { score: 0, factors: [] },
    detail: { 'sql.statement': 'select' },
    literalsMatter: false,
    ...more,
  }
}

export interface ContextParts {
  readonly principal?: Partial<PolicyPrincipal>
  readonly connection?: Partial<PolicyConnection>
  readonly facts?: Facts
  readonly time?: number
}

export function contextOf(parts: ContextParts = {}): PolicyContext {
  return {
    principal: {
      id: 'p-1',
      issuer: 'https://issuer.example',
      subject: 'autogen',
      name: 'autogen',
      kind: 'workload',
      groups: ['autogen'],
      roles: ['user'],
      claims: { model_version: 'gpt-4o' },
      owner: 'alice',
      ...parts.principal,
    },
    connection: {
      name: 'orders-main',
      protocol: 'postgres',
      labels: { environment: 'production' },
      database: 'shop',
      ...parts.connection,
    },
    facts: parts.facts ?? factsOf(['read table:public.orders']),
    time: parts.time ?? Date.UTC(2026, 10, 22, 12),
  }
}
