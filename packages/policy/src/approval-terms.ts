import { compareText } from './compile'
import { policyLimits } from './limits'
import type { ApprovalTerms } from './verdict'

/** Joins selectors that one voter must satisfy together. */
export const conjunction = ' & '

/**
 * One set of terms that satisfies every rule at once: each voter is an approver of all of them, the quorum is the
 * highest, the times are the shortest. Undefined when that takes more selectors than the limit.
 */
export function combineApprovalTerms(all: readonly ApprovalTerms[]): ApprovalTerms | undefined {
  const [first, ...rest] = all
  if (first === undefined) return undefined
  let combined = first
  for (const next of rest) {
    const approvers = intersect(combined.approvers, next.approvers)
    if (approvers.length > policyLimits.combinedApprovers) return undefined
    combined = {
      approvers,
      quorum: Math.max(combined.quorum, next.quorum),
      expiresInSeconds: Math.min(combined.expiresInSeconds, next.expiresInSeconds),
      holdSeconds: Math.min(combined.holdSeconds, next.holdSeconds),
      reasonRequired: combined.reasonRequired || next.reasonRequired,
    }
  }
  return combined
}

/** The voters in both lists, as selectors; a selector that another one covers is left out. */
function intersect(left: readonly string[], right: readonly string[]): readonly string[] {
  const products = left.flatMap((a) =>
    right.map((b) => new Set([...a.split(conjunction), ...b.split(conjunction)])),
  )
  const minimal = products.filter(
    (candidate) =>
      !products.some((other) => other.size < candidate.size && isSubset(other, candidate)),
  )
  const texts = minimal.map((parts) => [...parts].sort(compareText).join(conjunction))
  return [...new Set(texts)].sort(compareText)
}

function isSubset(small: ReadonlySet<string>, large: ReadonlySet<string>): boolean {
  return [...small].every((part) => large.has(part))
}
