import type { CompiledRule } from './compile'
import type { Facts } from './facts'
import type { MemoScope, VerdictKind } from './verdict'

/** For how much a verdict holds. Only rules that were reached count: the others read nothing of the operation. */
export function memoScope(
  kind: VerdictKind,
  reached: readonly CompiledRule[],
  facts: Facts,
): MemoScope {
  if (kind === 'require-approval') return 'once'
  if (reached.some(({ expression }) => expression?.readsTime === true)) return 'once'
  const text = reached.some((rule) => rule.facts.readsText || rule.expression?.readsText === true)
  // What is opaque often hides in a literal (the body of DO), which is no part of a shape.
  return text || facts.literalsMatter || facts.opaque.length > 0 ? 'exact' : 'shape'
}
