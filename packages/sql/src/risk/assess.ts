import type { ActionName } from '@wardgate/policy'
import type { FactNotes } from '../lineage/work'
import type { RiskFactorName } from './factors'

const byAction: Partial<Record<ActionName, RiskFactorName>> = {
  drop: 'destruction',
  truncate: 'destruction',
  create: 'schema-change',
  alter: 'schema-change',
  grant: 'privileges',
  admin: 'administration',
  replicate: 'administration',
  execute: 'code',
  call: 'code',
  insert: 'data-change',
  update: 'data-change',
  delete: 'data-change',
  write: 'data-change',
  set: 'session-change',
  lock: 'lock',
  copy: 'copy',
}

const marks: readonly RiskFactorName[] = [
  'delete-without-where',
  'update-without-where',
  'always-true-where',
  'security-definer',
  'large-table',
  'system-values',
]

const manyTables = 5

/** The risk factors that a text's facts show. */
export function assess(facts: FactNotes, statements: number): readonly RiskFactorName[] {
  const found = new Set<RiskFactorName>()
  if (facts.opaque.size > 0) found.add('opaque')
  for (const { action } of facts.actions.values()) {
    const factor = byAction[action]
    if (factor !== undefined) found.add(factor)
  }
  for (const mark of marks) if (facts.riskMarks.has(mark)) found.add(mark)
  if (facts.tables.size > manyTables) found.add('many-tables')
  if (statements > 1) found.add('multi-statement')
  return [...found]
}
