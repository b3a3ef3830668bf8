import { type ForeignKey, ForeignKeyAction } from '@wardgate/contract'
import { z } from 'zod'
import { groupByFirst } from './group'
import { among } from './object-ids'

/**
 * A partition has a row of its own for every key of the table above it, on either side; the topmost says all. The columns
 * that ON DELETE sets (confdelsetcols) came with PostgreSQL 15.
 */
export const foreignKeysQuery = `
  SELECT c.conrelid::int8, c.conkey::int2[]::int[], c.confrelid::int8, c.confkey::int2[]::int[],
         c.confdeltype::text, c.confupdtype::text, coalesce(to_jsonb(c)->'confdelsetcols', '[]')
  FROM pg_constraint c
  WHERE ${among('c.conrelid')} AND c.contype = 'f' AND c.conparentid = 0 ORDER BY c.conrelid, c.conname`

/** pg_constraint.confdeltype and confupdtype */
const actions: Readonly<Record<string, ForeignKeyAction>> = {
  a: ForeignKeyAction.FOREIGN_KEY_ACTION_REFUSE,
  r: ForeignKeyAction.FOREIGN_KEY_ACTION_REFUSE,
  c: ForeignKeyAction.FOREIGN_KEY_ACTION_CASCADE,
  n: ForeignKeyAction.FOREIGN_KEY_ACTION_SET_NULL,
  d: ForeignKeyAction.FOREIGN_KEY_ACTION_SET_DEFAULT,
}

const id = z.coerce.number().int()
const numbers = z.array(z.number().int())
const foreignKeyRow = z.tuple([
  id,
  numbers,
  id,
  numbers,
  z.string(),
  z.string(),
  numbers.nullable(),
])

export function foreignKeysFrom(rows: readonly unknown[]): Map<number, ForeignKey[]> {
  return groupByFirst(rows, (row): [number, ForeignKey] => {
    const [relation, columns, referencedId, referencedColumns, deleted, updated, set] =
      foreignKeyRow.parse(row)
    const key = {
      columns,
      referencedId,
      referencedColumns,
      onDelete: actions[deleted] ?? ForeignKeyAction.FOREIGN_KEY_ACTION_UNSPECIFIED,
      onUpdate: actions[updated] ?? ForeignKeyAction.FOREIGN_KEY_ACTION_UNSPECIFIED,
      setColumns: set ?? [],
    }
    return [relation, key]
  })
}
