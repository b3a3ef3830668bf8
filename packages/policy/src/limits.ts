/** Bounds on what a policy document may hold. All of them are refused at parse time, none at evaluation. */
export const policyLimits = {
  sourceBytes: 256 * 1024,
  rules: 500,
  patterns: 200,
  patternLength: 512,
  expressionLength: 2_000,
  expressionNodes: 500,
  messageLength: 500,
  /** Selectors that the terms of several matching approval rules may combine to. */
  combinedApprovers: 64,
} as const
