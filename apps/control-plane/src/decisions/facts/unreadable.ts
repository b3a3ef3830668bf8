import { textOf } from '@wardgate/gateway'
import { noFacts } from './function-call'
import type { FactsSource, StatelessOperation } from './stateless-reader'

const longestSummary = 200

/** Facts of a kind of operation that nothing here can read: opaque, so denied unless a rule names `opaque`. */
export const unreadable: FactsSource<StatelessOperation> = (operation) => ({
  facts: {
    ...noFacts,
    kind: operation.kind,
    summary: `${operation.kind}: ${textOf(operation).split('\n', 1)[0]?.slice(0, longestSummary) ?? ''}`,
    opaque: [`operations of kind ${operation.kind} are not read`],
  },
  masking: () => ({
    kind: 'refuse',
    message: 'its results cannot be masked',
    rule: 'wardgate/masking',
  }),
})
