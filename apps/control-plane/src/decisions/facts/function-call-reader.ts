import { Injectable } from '@nestjs/common'
import type { FunctionCallOperation } from '@wardgate/gateway'
import { CatalogsService } from '../../catalogs/catalogs.service'
import type { DecisionSession } from '../decision-session'
import { catalogOf } from './catalog-of'
import { functionCallFacts, functionCallMasks } from './function-call'
import type { OperationReader, Reading } from './reading'

@Injectable()
export class FunctionCallReader implements OperationReader<FunctionCallOperation> {
  constructor(private readonly catalogs: CatalogsService) {}

  async read(session: DecisionSession, operation: FunctionCallOperation): Promise<Reading> {
    const { searchPath, role, styles } = operation.state
    const { index, database } = await catalogOf(this.catalogs, session, operation.state)
    const state = {
      searchPath: searchPath ?? null,
      role,
      styles: styles === undefined ? null : { ...styles },
    }
    return {
      facts: functionCallFacts(operation, index),
      digested: { kind: 'function-call', functionId: operation.functionId, state },
      database,
      repeatable: false,
      runs: true,
      masking: ({ masks }) => functionCallMasks(masks),
      remember: () => undefined,
    }
  }
}
