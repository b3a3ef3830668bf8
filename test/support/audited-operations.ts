import { everyPage } from './every-page'
import type { Instance } from './instance'

interface Entry {
  readonly kind: string
  readonly operationId?: string
}

/** The ids of operations as often as the audit log has their intents and outcomes. */
export async function auditedOperations(instance: Instance) {
  const entries = await everyPage<Entry>(instance, '/v1/audit/entries?limit=200')
  const idsOf = (kind: string) =>
    entries.filter((entry) => entry.kind === kind).map(({ operationId }) => operationId)
  return { intents: idsOf('operation.intent'), outcomes: idsOf('operation.outcome') }
}
