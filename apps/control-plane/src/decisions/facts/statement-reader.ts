import { Injectable } from '@nestjs/common'
import type { StatementOperation } from '@wardgate/gateway'
import { planMasks } from '@wardgate/sql'
import { CatalogsService } from '../../catalogs/catalogs.service'
import type { DecisionSession } from '../decision-session'
import { candidatesOf, dependsOnNames, namedIn, rememberDeclared } from './candidates'
import { catalogOf } from './catalog-of'
import { digestedState } from './digested-state'
import type { Named, OperationReader, Reading } from './reading'
import { StatementAnalyst } from './statement-analyst'

@Injectable()
export class StatementReader implements OperationReader<StatementOperation> {
  constructor(
    private readonly catalogs: CatalogsService,
    private readonly analyst: StatementAnalyst,
  ) {}

  async read(session: DecisionSession, operation: StatementOperation): Promise<Reading> {
    const { phase, text, state } = operation
    const { searchPath, role } = state
    const { index, database } = await catalogOf(this.catalogs, session, state)
    const prepared = candidatesOf(operation, session)
    const path = searchPath === undefined ? {} : { searchPath }
    const parameterTypes = operation.parameters.map(({ type }) => type)
    const { changes } = session.schema
    const named = namedIn(text, prepared)
    const input = { phase, text, prepared, parameterTypes, role, changes, ...path }
    const analysis = await this.analyst.analyze(input, index)
    return {
      facts: analysis.facts,
      digested: digested(operation, named),
      named,
      database,
      unknown: analysis.unknown,
      // Another session has not made what this one has; and what this one makes has to be seen each time.
      repeatable: !dependsOnNames(text) && changes.length === 0 && analysis.changes.length === 0,
      restsOnChanges: analysis.restsOnChanges,
      // Parsing runs nothing: what is held is the execution that follows it.
      runs: phase !== 'prepare',
      masking: (obligations) => planMasks(analysis, obligations, index),
      remember: () => {
        rememberDeclared(session, analysis)
        if (phase !== 'prepare') session.schema.changes = analysis.changes
      },
    }
  }
}

function digested(operation: StatementOperation, named: readonly Named[]): Reading['digested'] {
  return {
    kind: 'statement',
    dialect: operation.dialect,
    text: operation.text,
    // What EXECUTE would run is part of what is approved.
    prepared: named.map(({ name, text }) => ({ name, text })),
    state: digestedState(operation.state),
  }
}
