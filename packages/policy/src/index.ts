export * from './facts'
export * from './verdict'
export { parsePolicy, type ParsedPolicy } from './parse-policy'
export { type PolicyProblem } from './read-document'
export { type PolicyDocument, type PolicyRule } from './document'
export { policyJsonSchema } from './json-schema'
export { policyLimits } from './limits'
export { compilePolicies, type PolicySet, type PolicyVersion } from './compile'
export { type PolicyConnection, type PolicyContext, type PolicyPrincipal } from './context'
export { versionsFor } from './applicable'
export { evaluate } from './evaluate'
export { bodyPlan, detectorMasks, type Renamed } from './body-plan'
export { isAlwaysReadOnly, possibleMasks } from './possible-masks'
export { builtInPolicy, builtInRules, harmlessSettings } from './built-in'
export {
  parsePolicyTests,
  testPolicy,
  type PolicyTestCase,
  type PolicyTestResult,
  type PolicyTests,
} from './policy-tests'
export { estimateFacts } from './estimate-bound'
export { combineApprovalTerms } from './approval-terms'
