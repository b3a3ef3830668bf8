import type { JsonValue } from '@wardgate/audit-log'
import type { Facts, Obligations } from '@wardgate/policy'
import type { MaskingDecision } from '@wardgate/sql'
import type { DecisionSession } from '../decision-session'

/** What a name of the session stands for, or stood for. */
export interface Named {
  readonly name: string
  readonly text: string
}

/** One operation, understood as far as it can be: what the policies judge, and how its results are masked. */
export interface Reading {
  readonly facts: Facts
  /** The operation as it will run, without its bound parameters: what an approval binds to. */
  readonly digested: JsonValue
  /** Statements and cursors that it may run by their names. Absent = none. */
  readonly named?: readonly Named[]
  readonly database: string
  /** False = the same operation may mean another thing at another time, so its verdict holds once. */
  readonly repeatable: boolean
  /** Names that the stored catalog does not have. Absent = none. */
  readonly unknown?: readonly string[]
  /** It rests on what the session itself has changed of the schema; outside a transaction the target shows that. */
  readonly restsOnChanges?: boolean
  /** False = nothing runs yet, so what needs people is held when it does. */
  readonly runs: boolean
  masking(obligations: Obligations): MaskingDecision
  /** Called unless the policies deny it: what it changes about the session's later operations. */
  remember(): void
}

/** Reads one kind of operation. Rejects with a GatewayError when it cannot be read now, which denies it. */
export interface OperationReader<TOperation> {
  read(session: DecisionSession, operation: TOperation): Promise<Reading>
}
