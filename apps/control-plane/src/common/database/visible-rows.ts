import { Prisma } from '../../generated/prisma/client'
import { longestPattern } from '../name-pattern'

/** Which rows of a list somebody may see: those of connections that fit a pattern, and those of its own. */
export interface VisibleRows {
  readonly connections: readonly string[]
  /** Undefined = own rows are no reason to see them. */
  readonly ownerId: string | undefined
}

/** The condition that narrows a page before it is cut: filtered afterwards, pages would come out short or empty. */
export function isVisible({ connections, ownerId }: VisibleRows, ownerColumn: Prisma.Sql) {
  const likes = connections.filter(({ length }) => length <= longestPattern).map(toLike)
  return Prisma.sql`(connection LIKE ANY(${likes}::text[])
    OR ${ownerColumn} = ${ownerId ?? null}::uuid)`
}

/** As matchesPattern: only `*` is special. */
function toLike(pattern: string): string {
  return pattern.replaceAll(/[\\%_]/g, '\\$&').replaceAll('*', '%')
}
