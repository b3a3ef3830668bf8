import { Injectable } from '@nestjs/common'
import type { FunctionCallOperation } from '@wardgate/gateway'
import { CatalogsService } from '../../catalogs/catalogs.service'
import type { DecisionSession } from '../decision-session'
import { catalogOf } from './catalog-of'
import { digestedState } from './digested-state'
import { functionCallFacts, functionCallMasks } from './function-call'
import type { OperationReader, Reading } from './reading'

@Injectable()
export class FunctionCallReader implements OperationReader<FunctionCallOperation> {
  constructor(private readonly catalogs: CatalogsService) {}

  async read(session: DecisionSession, operation: FunctionCallOperation): Promise<Reading> {
    const { functionId, state } = operation
    const { index, database } = await catalogOf(this.catalogs, session, state)
    return {
      facts: functionCallFacts(operation, index),
      digested: { kind: 'function-call', functionId, state: digestedState(state) },
      database,
      repeatable: false,
      runs: true,
      masking: ({ masks }) => functionCallMasks(masks),
      remember: () => undefined,
    }
  }
}
