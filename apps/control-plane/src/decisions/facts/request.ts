import type { RequestOperation } from '@wardgate/gateway'
import { bodyPlan, type ActionName, type Facts } from '@wardgate/policy'
import type { FactsSource } from './stateless-reader'

const actions: Readonly<Record<string, ActionName>> = {
  GET: 'read',
  HEAD: 'read',
  OPTIONS: 'read',
  DELETE: 'delete',
}
const risks: Partial<Record<ActionName, number>> = { read: 0, delete: 60 }
const writeRisk = 40
const methodOverride = /^x-(?:http-)?method(?:-override)?$/

/** A request by its method and path; what its body says is not read. */
export const requestReading: FactsSource<RequestOperation> = (operation) => ({
  facts: factsOf(operation),
  masking: (obligations) => ({ kind: 'plan', plan: bodyPlan(obligations) }),
})

function factsOf(operation: RequestOperation): Facts {
  const { method, path } = operation
  const action = actions[method] ?? 'write'
  const points = risks[action] ?? writeRisk
  return {
    kind: 'http',
    summary: `${method} ${path}`,
    actions: [{ action, resource: `path:${path}` }],
    opaque: opaqueParts(operation),
    risk: {
      score: points,
      factors: points === 0 ? [] : [{ name: 'method', points, explanation: `it is a ${method}` }],
    },
    detail: { 'http.method': method, 'http.path': path },
    literalsMatter: true,
  }
}

function opaqueParts({ headers, query, body }: RequestOperation): readonly string[] {
  const overrides =
    headers.some(({ name }) => methodOverride.test(name.replaceAll('_', '-'))) ||
    /(?:^|&)_method=/i.test(query)
  return [
    ...(overrides ? ['it asks the target to take it for another method'] : []),
    ...(body.kind === 'unread' ? ['its body was not read'] : []),
  ]
}
