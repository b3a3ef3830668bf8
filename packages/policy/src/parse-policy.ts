import { policyDocumentSchema, type PolicyDocument } from './document'
import { compileExpression } from './expression'
import { policyLimits } from './limits'
import { readDocument, type FoundProblem, type PolicyProblem } from './read-document'

export type ParsedPolicy =
  | { readonly document: PolicyDocument; readonly problems?: undefined }
  | { readonly problems: readonly PolicyProblem[]; readonly document?: undefined }

/** Reads a policy written as YAML or JSON, conditions included. All problems are told at once, with their lines. */
export function parsePolicy(source: string): ParsedPolicy {
  const read = readDocument(source, policyDocumentSchema, problemsOfRules)
  return 'problems' in read ? { problems: read.problems } : { document: read.value }
}

/** What the schema cannot say, looked for in whatever was written, so that no other problem hides it. */
function problemsOfRules(written: unknown): readonly FoundProblem[] {
  const rules = memberOf(written, 'rules')
  if (!Array.isArray(rules)) return []
  const some: readonly unknown[] = rules.slice(0, policyLimits.rules)
  return [...repeatedIds(some), ...badConditions(some)]
}

function repeatedIds(rules: readonly unknown[]): readonly FoundProblem[] {
  const seen = new Set<string>()
  return rules.flatMap((rule, index) => {
    const id = memberOf(rule, 'id')
    if (typeof id !== 'string') return []
    if (seen.has(id))
      return [
        { path: ['rules', index, 'id'], message: `the id "${id}" is used by an earlier rule` },
      ]
    seen.add(id)
    return []
  })
}

function badConditions(rules: readonly unknown[]): readonly FoundProblem[] {
  return rules.flatMap((rule, index) => {
    const when = memberOf(rule, 'when')
    // Other lengths are the schema's to refuse; none of them is parsed.
    if (typeof when !== 'string' || when === '' || when.length > policyLimits.expressionLength)
      return []
    const compiled = compileExpression(when)
    return 'problem' in compiled
      ? [{ path: ['rules', index, 'when'], message: compiled.problem }]
      : []
  })
}

function memberOf(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined
  return (value as Readonly<Record<string, unknown>>)[name]
}
