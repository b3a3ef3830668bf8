import type { ActionFact, Facts } from './facts'
import type { RuleReference } from './verdict'

/** The name that built-in rules go by; no document may take it. */
export const builtInPolicy = 'wardgate'

export const builtInRules = {
  defaultDeny: { policy: builtInPolicy, rule: 'default-deny' },
  opaque: { policy: builtInPolicy, rule: 'opaque' },
  evaluationError: { policy: builtInPolicy, rule: 'evaluation-error' },
  approversLimit: { policy: builtInPolicy, rule: 'approvers-limit' },
  transactionControl: { policy: builtInPolicy, rule: 'transaction-control' },
  harmlessSettings: { policy: builtInPolicy, rule: 'harmless-settings' },
  sessionReset: { policy: builtInPolicy, rule: 'session-reset' },
  sessionValues: { policy: builtInPolicy, rule: 'session-values' },
} as const satisfies Record<string, RuleReference>

/**
 * Settings that drivers and pools set as a matter of course. None of them changes which objects a name means, which
 * rights are checked, what is logged, or whether the target may write. Named one by one: anything else needs a rule.
 */
export const harmlessSettings: ReadonlySet<string> = new Set([
  'application_name',
  'bytea_output',
  'client_min_messages',
  'datestyle',
  'default_transaction_deferrable',
  'default_transaction_isolation',
  'extra_float_digits',
  'idle_in_transaction_session_timeout',
  'idle_session_timeout',
  'intervalstyle',
  'jit',
  'lock_timeout',
  'session characteristics',
  'statement_timeout',
  'timezone',
  'transaction',
  'transaction_deferrable',
  'transaction_isolation',
  'transaction_timeout',
])

/** The built-in rule that allows this action to whoever is allowed anything at all; deny rules come first. */
export function builtInGrant(
  { action, resource }: ActionFact,
  facts: Facts,
): RuleReference | undefined {
  // Two-phase commit outlives the session; its action is `admin`, so it is not meant here.
  if (action === 'transaction') return builtInRules.transactionControl
  if (action === 'read' && resource === 'session:values') return builtInRules.sessionValues
  if (action === 'set' && isHarmlessSetting(resource)) return builtInRules.harmlessSettings
  if (resets.has(`${action} ${resource}`) && isSessionReset(facts)) return builtInRules.sessionReset
  return undefined
}

/** What `RESET ALL`, `UNLISTEN *` and `pg_advisory_unlock_all()` are called in facts, and more that is not meant. */
const resets = new Set(['set setting:*', 'listen channel:*', 'lock advisory:*'])
const resetStatements = new Set(['select', 'close', 'unlisten', 'set', 'discard', 'deallocate'])
const resetFunction = 'pg_catalog.pg_advisory_unlock_all'

/**
 * What pools send when a connection comes back. `setting:*` also means a setting whose name is computed, so no other
 * function may be called: then only `RESET ALL` and `DISCARD ALL` are left, which restore what the session began with.
 */
function isSessionReset({ kind, detail, opaque }: Facts): boolean {
  const statements = detail['sql.statement']
  const functions = detail['sql.functions']
  if (kind !== 'sql' || opaque.length > 0) return false
  if (!Array.isArray(statements) || !Array.isArray(functions)) return false
  return (
    statements.every((label: unknown) => resetStatements.has(String(label))) &&
    functions.every((name: unknown) => name === resetFunction)
  )
}

function isHarmlessSetting(resource: string): boolean {
  const kind = 'setting:'
  return (
    resource.startsWith(kind) && harmlessSettings.has(resource.slice(kind.length).toLowerCase())
  )
}

/** What an operation may do while a rule says readOnly. */
const readingActions = new Set(['read', 'set', 'transaction', 'listen', 'connect', 'download'])

export function writes({ action, resource }: ActionFact): boolean {
  if (!readingActions.has(action)) return true
  // It would lift the target's own wall, which a session of nothing but reading has.
  if (action === 'transaction') return resource === 'transaction:read-write'
  return action === 'set' && /^setting:(default_)?transaction_read_only$/i.test(resource)
}
