import type { RuleMatch } from './document'
import type { Facts } from './facts'

/** Facts that the target is asked for; absent = it gave no answer. */
export const estimateFacts = { rows: 'sql.estimatedRows', cost: 'sql.estimatedCost' } as const

export interface EstimateBound {
  readonly key: string
  readonly bound: { readonly above?: number | undefined; readonly atMost?: number | undefined }
}

export function estimateBounds({ estimatedRows, estimatedCost }: RuleMatch): EstimateBound[] {
  return [
    ...(estimatedRows === undefined ? [] : [{ key: estimateFacts.rows, bound: estimatedRows }]),
    ...(estimatedCost === undefined ? [] : [{ key: estimateFacts.cost, bound: estimatedCost }]),
  ]
}

const names = {
  [estimateFacts.rows]: 'rows',
  [estimateFacts.cost]: 'cost of its plan',
} as Readonly<Record<string, string>>

/** For the client of a rule that matched: what the target expects, and the bound that it passes. */
export function estimateReason(bounds: readonly EstimateBound[], { detail }: Facts): string {
  const said = bounds.map(({ key, bound: { above, atMost } }) => {
    const known = detail[key]
    const what = `expected ${names[key] ?? key}`
    const limit = (above ?? atMost ?? 0).toLocaleString('en-US')
    if (typeof known !== 'number') return `${what} not known, which counts as above ${limit}`
    const side = above === undefined ? 'at most' : 'above'
    return `${what} ${known.toLocaleString('en-US')} ${side} ${limit}`
  })
  return said.join(', ')
}

/** Why the target's estimate is not of the kind; undefined when it is. Fails closed: without one it is above any bound. */
export function estimateMismatch(
  bounds: readonly EstimateBound[],
  { detail }: Facts,
): string | undefined {
  for (const { key, bound } of bounds) {
    const { above, atMost } = bound
    const known = detail[key]
    const value = typeof known === 'number' ? known : Infinity
    if (above !== undefined && !(value > above)) return `${key} ${value} is not above ${above}`
    if (atMost !== undefined && !(value <= atMost))
      return `${key} ${value === Infinity ? 'is not known, so it' : value} is above ${atMost}`
  }
  return undefined
}
