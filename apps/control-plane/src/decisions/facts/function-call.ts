import { emptyPlan, type MaskingPlan } from '@wardgate/masking'
import type { FunctionCallOperation } from '@wardgate/gateway'
import { detectorMasks, type Facts, type SelectedMask } from '@wardgate/policy'
import type { CatalogIndex, MaskingDecision } from '@wardgate/sql'

export const noFacts: Facts = {
  kind: 'sql',
  summary: 'not analysed',
  actions: [],
  opaque: ['the operation was not analysed'],
  risk: { score: 100, factors: [] },
  detail: {},
  literalsMatter: true,
}

const unknownFunctionRisk = 60

/** A fast-path call is the execution of one function, whose name the catalog knows. */
export function functionCallFacts(operation: FunctionCallOperation, index: CatalogIndex): Facts {
  const routine = index.routines.get(operation.functionId)
  if (routine === undefined)
    return {
      ...noFacts,
      summary: `call of function ${operation.functionId}`,
      actions: [{ action: 'execute', resource: `function:${operation.functionId}` }],
      opaque: [`function ${operation.functionId} is not in the catalog`],
    }
  const name = `${routine.schema}.${routine.name}`
  const points = routine.builtIn && routine.volatility === 'immutable' ? 0 : unknownFunctionRisk
  return {
    kind: 'sql',
    summary: `call of ${name}`,
    actions: [{ action: 'execute', resource: `function:${name}` }],
    // What another function does cannot be seen from the message.
    opaque: points === 0 ? [] : [`${name} is called by the fast path, which shows no statement`],
    risk: {
      score: points,
      factors:
        points === 0
          ? []
          : [{ name: 'fast-path-function', points, explanation: 'what it touches is not known' }],
    },
    detail: { 'sql.statement': 'function-call', 'sql.functions': [name] },
    literalsMatter: true,
  }
}

/** The one result value of a function has no lineage: while anything is masked by column, it is masked whole. */
export function functionCallMasks(masks: readonly SelectedMask[]): MaskingDecision {
  const byColumn = masks.find(({ columns }) => columns.length > 0)
  const plan: MaskingPlan = {
    ...emptyPlan,
    detectors: detectorMasks(masks),
    ...(byColumn === undefined
      ? {}
      : {
          unknownOrigin: {
            rule: `${byColumn.reference.policy}/${byColumn.reference.rule}`,
            method: byColumn.method,
          },
        }),
  }
  return { kind: 'plan', plan }
}
