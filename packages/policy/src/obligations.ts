import { compareText, type CompiledMask, type CompiledRule } from './compile'
import type { PolicyPrincipal } from './context'
import { matchesAny, type Glob } from './glob'
import type { Obligations, SelectedMask, TimeLimit } from './verdict'

const recordingOrder = ['off', 'statements', 'full'] as const
const inferenceOrder = ['allow', 'approve', 'deny'] as const
const unreadableOrder = ['pass', 'scan', 'refuse'] as const

/** Everything the matching rules ask for at once: each the strictest, masks all of them. */
export function combineObligations(
  matched: readonly CompiledRule[],
  principal: PolicyPrincipal,
): Obligations {
  const masks = selectMasks(matched, principal)
  const rowLimit = leastOf(matched.map((rule) => rule.rowLimit))
  const hourlyRowLimit = leastOf(matched.map((rule) => rule.hourlyRowLimit))
  const minimumGroupSize = groupSizeOf(matched, masks)
  const timeLimit = timeLimitOf(matched)
  return {
    masks: masks.sort(
      (a, b) =>
        compareText(a.reference.policy, b.reference.policy) ||
        compareText(a.reference.rule, b.reference.rule),
    ),
    readOnly: matched.some(({ readOnly }) => readOnly),
    recording: strictest(
      recordingOrder,
      setOnes(matched.map(({ recording }) => recording)),
      'full',
    ),
    // Only a masked column can decide unseen: detectors look at what is shown.
    inference: combinePerPolicy(matched, masks.filter(hasColumns), ({ inference }) => inference, {
      order: inferenceOrder,
      absent: 'deny',
    }),
    unreadable: combinePerPolicy(matched, masks, ({ unreadable }) => unreadable, {
      order: unreadableOrder,
      absent: 'refuse',
    }),
    ...(rowLimit !== undefined && { rowLimit }),
    ...(hourlyRowLimit !== undefined && { hourlyRowLimit }),
    ...(minimumGroupSize !== undefined && { minimumGroupSize }),
    ...(timeLimit !== undefined && { timeLimit }),
    ...(matched.some(({ lines }) => lines) && { lines: true }),
  }
}

/** The rule is named to the client: of equal ones the first. */
function timeLimitOf(matched: readonly CompiledRule[]): TimeLimit | undefined {
  let least: TimeLimit | undefined
  for (const { statementSeconds: seconds, reference } of matched)
    if (seconds !== undefined && (least === undefined || seconds < least.seconds))
      least = { seconds, rule: reference }
  return least
}

function hasColumns({ columns }: SelectedMask): boolean {
  return columns.length > 0
}

function selectMasks(matched: readonly CompiledRule[], principal: PolicyPrincipal): SelectedMask[] {
  const masks: SelectedMask[] = []
  for (const { mask } of matched) if (mask) masks.push(...selectMask(mask, principal))
  return masks
}

export function selectMask(
  mask: CompiledMask,
  principal: PolicyPrincipal,
): readonly SelectedMask[] {
  if (isNamed(principal, { groups: mask.unlessGroups, roles: mask.unlessRoles })) return []
  const { unmask, selected } = mask
  if (unmask === undefined || !isNamed(principal, unmask)) return [selected]
  return [{ ...selected, unmask: unmask.terms }]
}

function isNamed(
  principal: PolicyPrincipal,
  { groups, roles }: { readonly groups: readonly Glob[]; readonly roles: readonly Glob[] },
): boolean {
  return (
    principal.groups.some((name) => matchesAny(groups, name)) ||
    principal.roles.some((name) => matchesAny(roles, name))
  )
}

/** A policy speaks for its own masks only: `inference: allow` elsewhere does not loosen them. */
function combinePerPolicy<T>(
  matched: readonly CompiledRule[],
  masks: readonly SelectedMask[],
  read: (rule: CompiledRule) => T | undefined,
  { order, absent }: { readonly order: readonly T[]; readonly absent: T },
): T {
  if (masks.length === 0) return absent
  const policies = new Set(masks.map(({ reference }) => reference.policy))
  const perPolicy = [...policies].map((policy) =>
    strictest(
      order,
      setOnes(matched.filter(({ reference }) => reference.policy === policy).map(read)),
      absent,
    ),
  )
  return strictest(order, perPolicy, absent)
}

/** A policy speaks for its own masks only: all that mask something have to name a size, and the largest counts. */
function groupSizeOf(
  matched: readonly CompiledRule[],
  masks: readonly SelectedMask[],
): number | undefined {
  if (matched.every(({ minimumGroupSize }) => minimumGroupSize === undefined)) return undefined
  const policies = [...new Set(masks.map(({ reference }) => reference.policy))]
  const sizes = policies.map((policy) =>
    Math.max(
      ...matched.flatMap(({ reference, minimumGroupSize }) =>
        reference.policy === policy ? (minimumGroupSize ?? []) : [],
      ),
    ),
  )
  const size = Math.max(...sizes)
  return sizes.every(Number.isFinite) && Number.isFinite(size) ? size : undefined
}

function leastOf(limits: readonly (number | undefined)[]): number | undefined {
  const set = setOnes(limits)
  return set.length === 0 ? undefined : Math.min(...set)
}

function setOnes<T>(values: readonly (T | undefined)[]): T[] {
  return values.filter((value) => value !== undefined)
}

function strictest<T>(order: readonly T[], values: readonly T[], absent: T): T {
  return values.length === 0
    ? absent
    : values.reduce((a, b) => (order.indexOf(b) > order.indexOf(a) ? b : a))
}
