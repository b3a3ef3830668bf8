import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { SelectedMask } from '@wardgate/policy'
import { analyze } from '../analyze'
import type { StatementInput } from '../analysis'
import type { Catalog } from '../catalog'
import { planMasks } from '../masks/plan-masks'
import { indexCatalog } from '../names/catalog-index'

export interface BypassRow {
  readonly id: string
  readonly technique: string
  readonly payload: string
  readonly expected: string
}

// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- names the shape of a fixture
export function readJson<T>(name: string): T {
  return JSON.parse(readFileSync(join(__dirname, name), 'utf8')) as T
}

export const seedIndex = indexCatalog(readJson<Catalog>('seed-catalog.json'))

export const referenceMasks: readonly SelectedMask[] = [
  {
    reference: { policy: 'reference', rule: 'pii' },
    columns: ['customers.ssn', 'logs.secret'],
    detectors: [],
    method: { kind: 'partial', keepFirst: 0, keepLast: 2 },
  },
]

const approved: ReadonlySet<string> = new Set(['insert', 'update', 'delete'])
const allowed: ReadonlySet<string> = new Set(['read', 'transaction', 'copy'])
const ownedSettings = new Set(
  [
    '*',
    'client_encoding',
    'role',
    'search_path',
    'session_authorization',
    'session_replication_role',
    'standard_conforming_strings',
  ].map((name) => `setting:${name}`),
)

function isDenied(action: string, resource: string): boolean {
  if (resource.endsWith('.secrets')) return true
  if (action === 'set') return ownedSettings.has(resource)
  return !(approved.has(action) || allowed.has(action))
}

export type Outcome = 'block' | 'approve' | 'approve-mask' | 'mask' | 'allow'

export interface Judged {
  readonly outcome: Outcome
  readonly why: readonly string[]
}

export function statement(text: string, extra: Partial<StatementInput> = {}): StatementInput {
  return { phase: 'simple', text, prepared: [], searchPath: ['public'], role: 'agent', ...extra }
}

/** The reference policy: reads allowed, `secrets` denied, row changes approved, everything else blocked. */
export function judge(input: StatementInput): Judged {
  const analysis = analyze(input, seedIndex)
  const { facts } = analysis
  const denied = facts.actions.filter(({ action, resource }) => isDenied(action, resource))
  const decision = planMasks(analysis, { masks: referenceMasks }, seedIndex)
  const why = [
    ...facts.opaque,
    ...denied.map(({ action, resource }) => `${action} ${resource}`),
    ...(decision.kind === 'plan' ? [] : [decision.message]),
  ]
  if (why.length > 0 || decision.kind !== 'plan') return { outcome: 'block', why }
  const { plan } = decision
  const masks = plan.columns.length > 0 || plan.unknownOrigin !== undefined
  if (facts.actions.some(({ action }) => approved.has(action))) {
    return { outcome: masks ? 'approve-mask' : 'approve', why }
  }
  return { outcome: masks ? 'mask' : 'allow', why }
}
