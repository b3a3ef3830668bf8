import type { ReplicationOperation } from '@wardgate/gateway'
import { emptyPlan } from '@wardgate/masking'
import { replicationFacts } from '@wardgate/sql'
import type { FactsSource } from './stateless-reader'

/** Changes are streamed as they were logged, so where anything would be masked there is no replication. */
export const replicationReading: FactsSource<ReplicationOperation> = (operation, { database }) => ({
  facts: replicationFacts(operation, database),
  masking: ({ masks: [mask] }) => {
    if (mask === undefined) return { kind: 'plan', plan: emptyPlan }
    const { policy, rule } = mask.reference
    return {
      kind: 'refuse',
      rule: `${policy}/${rule}`,
      message: 'replication cannot be masked, and a rule masks data of this connection',
    }
  },
})
