import type { Relation, RelationCallCause } from '../catalog'
import { execute, runUnseen } from '../functions/routines'
import { influence, opaque, type Work } from '../lineage/work'
import { runColumnCode } from './type-code'

const words: Readonly<Record<RelationCallCause, string>> = {
  default: 'a default',
  check: 'a check constraint',
  index: 'an index',
  'partition-key': 'the partition key',
  policy: 'a row policy',
  trigger: 'a trigger',
  'trigger-condition': 'the condition of a trigger',
  statistics: 'extended statistics',
  plan: 'the planning of a statement',
}

function noteCalls(work: Work, relation: Relation, causes: ReadonlySet<RelationCallCause>): void {
  for (const { cause, routines } of relation.calls ?? []) {
    if (!causes.has(cause)) continue
    const name = `${relation.schema}.${relation.name}`
    if (cause === 'trigger') noteTriggers(work, name, routines)
    else {
      const value = runUnseen(work, routines, `${words[cause]} of ${name}`)
      if (cause === 'default') influence(work, value, 'write')
    }
  }
}

function noteTriggers(work: Work, relation: string, routines: readonly number[]): void {
  for (const id of routines) {
    const routine = work.index.routines.get(id)
    if (routine?.schema === 'pg_catalog') continue
    const name = routine === undefined ? `*.${id}` : `${routine.schema}.${routine.name}`
    execute(work, name)
    opaque(work, `trigger function ${name} on ${relation} runs code that is not analysed`)
  }
}

/** What happens to rows: they are stored, only removed, or gone through by a command that defines. */
export type RowChange = 'stored' | 'removed' | 'rebuilt'

const whenUsed: ReadonlySet<RelationCallCause> = new Set(['policy', 'plan'])
const whenRemoved: readonly RelationCallCause[] = ['trigger', 'trigger-condition']
const whenStored: readonly RelationCallCause[] = ['default', 'check', 'index', 'partition-key']
const whenChanged: Readonly<Record<RowChange, ReadonlySet<RelationCallCause>>> = {
  removed: new Set(whenRemoved),
  rebuilt: new Set([...whenStored, 'statistics']),
  stored: new Set([...whenRemoved, ...whenStored]),
}

const whenPlanned: ReadonlySet<RelationCallCause> = new Set(['plan'])

/** Any use of a relation that runs code of its own: row policies, comparisons and implicit casts of its columns. */
export function noteUseCode(work: Work, relation: Relation): void {
  noteCalls(work, relation, relation.hasRowSecurity ? whenUsed : whenPlanned)
  runColumnCode(work, relation.columns, 'use')
}

/** What planning evaluates where no row policy counts. */
export function notePlanCode(work: Work, relation: Relation): void {
  noteCalls(work, relation, whenPlanned)
  runColumnCode(work, relation.columns, 'use')
}

/** Changes of rows that run code of the relation's own. */
export function noteRowCode(work: Work, relation: Relation, change: RowChange): void {
  noteCalls(work, relation, whenChanged[change])
  if (change !== 'removed') runColumnCode(work, relation.columns, 'store')
}
