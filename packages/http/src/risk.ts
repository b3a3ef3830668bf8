import type { RiskFactor } from '@wardgate/policy'

/** Named factors; docs/reference/risk.md lists the same, and a test keeps the two in step. */
export const httpRiskFactors = {
  'opaque-request': {
    points: 60,
    explanation: 'part of what the request asks cannot be known in advance',
  },
  'http-delete': { points: 60, explanation: 'asks the target to delete' },
  'http-write': { points: 40, explanation: 'asks the target to change something' },
  'tool-call': { points: 30, explanation: 'calls a tool' },
} as const satisfies Readonly<Record<string, { points: number; explanation: string }>>

export type HttpRiskFactor = keyof typeof httpRiskFactors

const maxRisk = 100

/** `others`: factors of texts within the request that have a classifier of their own. */
export function scoreHttpRisk(
  names: Iterable<HttpRiskFactor>,
  others: readonly RiskFactor[],
): { readonly score: number; readonly factors: readonly RiskFactor[] } {
  const own = [...new Set(names)].map((name) => ({ name, ...httpRiskFactors[name] }))
  const factors = [...own, ...others]
  const sum = factors.reduce((total, { points }) => total + points, 0)
  return { score: Math.min(maxRisk, sum), factors }
}
