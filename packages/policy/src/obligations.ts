import { compareText, type CompiledMask, type CompiledRule } from './compile'
import type { PolicyPrincipal } from './context'
import { matchesAny } from './glob'
import type { Obligations, SelectedMask } from './verdict'

const recordingOrder = ['off', 'statements', 'full'] as const
const inferenceOrder = ['allow', 'approve', 'deny'] as const

/** Everything the matching rules ask for at once: each the strictest, masks all of them. */
export function combineObligations(
  matched: readonly CompiledRule[],
  principal: PolicyPrincipal,
): Obligations {
  const masks = matched.flatMap(({ mask }) => (mask ? selectMask(mask, principal) : []))
  const limits = matched.flatMap(({ rowLimit }) => (rowLimit === undefined ? [] : [rowLimit]))
  return {
    masks: masks.sort(
      (a, b) =>
        compareText(a.reference.policy, b.reference.policy) ||
        compareText(a.reference.rule, b.reference.rule),
    ),
    ...(limits.length > 0 && { rowLimit: Math.min(...limits) }),
    readOnly: matched.some(({ readOnly }) => readOnly),
    recording: strictest(
      recordingOrder,
      matched.flatMap(({ recording }) => recording ?? []),
      'full',
    ),
    inference: combineInference(matched, masks),
  }
}

export function selectMask(
  mask: CompiledMask,
  principal: PolicyPrincipal,
): readonly SelectedMask[] {
  const exempt =
    principal.groups.some((name) => matchesAny(mask.unlessGroups, name)) ||
    principal.roles.some((name) => matchesAny(mask.unlessRoles, name))
  return exempt ? [] : [mask.selected]
}

/** A policy speaks for its own masks only: `inference: allow` elsewhere does not loosen them. */
function combineInference(
  matched: readonly CompiledRule[],
  masks: readonly SelectedMask[],
): Obligations['inference'] {
  const policies = new Set(masks.map(({ reference }) => reference.policy))
  const perPolicy = [...policies].map((policy) =>
    strictest(
      inferenceOrder,
      matched.flatMap(({ reference, inference }) =>
        reference.policy === policy && inference !== undefined ? [inference] : [],
      ),
      'deny',
    ),
  )
  return strictest(inferenceOrder, perPolicy, 'deny')
}

function strictest<T>(order: readonly T[], values: readonly T[], absent: T): T {
  return values.length === 0
    ? absent
    : values.reduce((a, b) => (order.indexOf(b) > order.indexOf(a) ? b : a))
}
