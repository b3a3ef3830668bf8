import type { RiskFactor } from '@wardgate/policy'

/** Named factors; docs/reference/risk.md lists the same, and a test keeps the two in step. */
export const shellRiskFactors = {
  'opaque-command': {
    points: 60,
    explanation: 'part of what would run cannot be known in advance',
  },
  'interactive-shell': { points: 60, explanation: 'a shell that runs whatever is typed later' },
  'file-destruction': { points: 50, explanation: 'removes or overwrites files or file systems' },
  'privilege-change': { points: 60, explanation: 'runs as somebody else, or changes who may what' },
  'system-administration': {
    points: 50,
    explanation: 'changes services, mounts, networks, users or packages',
  },
  persistence: { points: 50, explanation: 'runs on after the session, or at another time' },
  'remote-access': { points: 40, explanation: 'talks to other machines' },
  'runs-code': { points: 40, explanation: 'runs a program text from a file' },
  'containers-and-clusters': { points: 40, explanation: 'acts on containers or a cluster' },
  'sensitive-file': { points: 50, explanation: 'reads a file that usually holds secrets' },
  'system-file': { points: 50, explanation: 'writes where the system or a login takes its rules' },
  'file-change': { points: 20, explanation: 'writes files' },
  'many-commands': { points: 10, explanation: 'more than five commands in one text' },
  forwarding: { points: 30, explanation: 'opens a byte stream to another address' },
} as const satisfies Readonly<Record<string, { points: number; explanation: string }>>

export type ShellRiskFactor = keyof typeof shellRiskFactors

const maxRisk = 100

export function scoreShellRisk(names: Iterable<ShellRiskFactor>): {
  readonly score: number
  readonly factors: readonly RiskFactor[]
} {
  const factors = [...new Set(names)].map((name) => ({ name, ...shellRiskFactors[name] }))
  return {
    score: Math.min(
      maxRisk,
      factors.reduce((sum, { points }) => sum + points, 0),
    ),
    factors,
  }
}
