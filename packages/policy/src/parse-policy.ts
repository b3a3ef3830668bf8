import { policyDocumentSchema, type PolicyDocument } from './document'
import { compileExpression } from './expression'
import { readDocument, type PolicyProblem } from './read-document'

export type ParsedPolicy =
  | { readonly document: PolicyDocument; readonly problems?: undefined }
  | { readonly problems: readonly PolicyProblem[]; readonly document?: undefined }

/** Reads a policy written as YAML or JSON, conditions included. All problems are told at once, with their lines. */
export function parsePolicy(source: string): ParsedPolicy {
  const read = readDocument(source, policyDocumentSchema)
  if ('problems' in read) return { problems: read.problems }
  const problems = read.value.rules.flatMap(({ when }, index) => {
    const compiled = when === undefined ? undefined : compileExpression(when)
    if (compiled === undefined || !('problem' in compiled)) return []
    return [read.problemAt(['rules', index, 'when'], compiled.problem)]
  })
  return problems.length > 0 ? { problems } : { document: read.value }
}
