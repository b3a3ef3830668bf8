import type { RiskFactor } from '@wardgate/policy'

/** Named factors; docs/reference/risk.md lists the same, and a test keeps the two in step. */
export const riskFactors = {
  opaque: { points: 60, explanation: 'part of the statement cannot be known in advance' },
  'delete-without-where': { points: 60, explanation: 'DELETE without a condition' },
  'update-without-where': { points: 60, explanation: 'UPDATE without a condition' },
  'always-true-where': { points: 60, explanation: 'the condition holds for every row' },
  destruction: { points: 70, explanation: 'drops or truncates an object' },
  'schema-change': { points: 40, explanation: 'creates or alters an object' },
  privileges: { points: 70, explanation: 'changes roles, privileges or ownership' },
  administration: { points: 70, explanation: 'administers the server or replication' },
  code: { points: 50, explanation: 'runs a function or procedure that is not a harmless built-in' },
  'security-definer': {
    points: 30,
    explanation: "calls a function that runs with its owner's rights",
  },
  'data-change': { points: 20, explanation: 'changes rows' },
  'session-change': { points: 15, explanation: 'changes a session setting' },
  lock: { points: 10, explanation: 'takes locks' },
  copy: { points: 15, explanation: 'copies rows in bulk' },
  'large-table': { points: 15, explanation: 'touches a table of a million rows or more' },
  'many-tables': { points: 10, explanation: 'touches more than five tables' },
  'multi-statement': { points: 10, explanation: 'several statements in one text' },
  'system-values': {
    points: 40,
    explanation: 'reads statistics or activity that show values of other columns',
  },
} as const satisfies Readonly<Record<string, { points: number; explanation: string }>>

export type RiskFactorName = keyof typeof riskFactors

export const maxRisk = 100

export function scoreRisk(names: Iterable<RiskFactorName>): {
  readonly score: number
  readonly factors: readonly RiskFactor[]
} {
  const factors = [...new Set(names)].map((name) => ({ name, ...riskFactors[name] }))
  const sum = factors.reduce((total, factor) => total + factor.points, 0)
  return { score: Math.min(maxRisk, sum), factors }
}
