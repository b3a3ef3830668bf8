import { versionsFor } from './applicable'
import { compilePolicies } from './compile'
import { parsePolicy } from './parse-policy'
import { contextOf } from './testing/context'

function version(name: string, appliesTo: string, number: number) {
  const parsed = parsePolicy(
    `name: ${name}\nappliesTo: ${appliesTo}\nrules: [{ id: r, effect: allow, match: { actions: [read] } }]`,
  )
  if (parsed.document === undefined) throw new Error('the policy is not valid')
  return { name, version: number, document: parsed.document }
}

it('names the versions that apply to the principal and the connection, and no others', () => {
  const context = contextOf({})
  const { name } = context.connection
  const set = compilePolicies([
    version('everywhere', '{}', 3),
    version('here', `{ connections: ["${name}"] }`, 1),
    version('elsewhere', '{ connections: ["no-such"] }', 7),
    version('others', '{ principals: { ids: ["nobody"] } }', 2),
  ])
  expect(versionsFor(set, context)).toEqual([
    { name: 'everywhere', version: 3 },
    { name: 'here', version: 1 },
  ])
})
