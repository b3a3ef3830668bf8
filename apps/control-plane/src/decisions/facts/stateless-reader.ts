import { canonicalJson, type JsonValue } from '@wardgate/audit-log'
import { createHash } from 'node:crypto'
import { operationJson, textOf, type Operation, type StatefulOperation } from '@wardgate/gateway'
import type { DecisionSession } from '../decision-session'
import type { OperationReader, Reading } from './reading'

export type StatelessOperation = Exclude<Operation, StatefulOperation>

/** Facts and masks of one kind of operation that means the same whatever the session did before. */
export type FactsSource<TOperation> = (
  operation: TOperation,
  session: DecisionSession,
) => Pick<Reading, 'facts' | 'masking'>

/** Operations whose meaning is all in themselves. */
export class StatelessReader<
  TOperation extends StatelessOperation,
> implements OperationReader<TOperation> {
  constructor(private readonly source: FactsSource<TOperation>) {}

  read(session: DecisionSession, operation: TOperation): Promise<Reading> {
    const form = operationJson(operation)
    return Promise.resolve({
      ...this.source(operation, session),
      runs: true,
      digested: form === undefined ? unreadForm(operation) : (form as JsonValue),
      database: session.database,
      // What nobody has read may differ the next time, however equal it looks.
      repeatable: form !== undefined,
      remember: () => undefined,
    })
  }
}

/** An approval of what was not read binds to all that is known of it. */
function unreadForm(operation: StatelessOperation): JsonValue {
  const known = canonicalJson({ kind: operation.kind, text: textOf(operation) })
  return { unread: createHash('sha256').update(known).digest('hex') }
}
