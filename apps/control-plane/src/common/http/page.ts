import { z } from 'zod'
import { InvalidRequest } from './invalid-request'

export const defaultLimit = 50
export const highestLimit = 200
const longestCursor = 200

/** Query fields of every list. A limit above the cap is taken as the cap. */
export const pageQuery = z.strictObject({
  limit: z.coerce
    .number()
    .int()
    .min(1)
    .transform((limit) => Math.min(limit, highestLimit))
    .prefault(defaultLimit)
    .describe(`Most items to answer, at most ${highestLimit}; default ${defaultLimit}.`),
  cursor: z
    .string()
    .max(longestCursor)
    .optional()
    .describe('`nextCursor` of the previous answer; absent = from the start.'),
})
export type PageQuery = z.output<typeof pageQuery>

/** Lists of things with a name that is theirs alone. */
export const namedPageQuery = pageQuery.extend({
  name: z.string().max(200).optional().describe('Only the one with exactly this name.'),
})
export type NamedPageQuery = z.output<typeof namedPageQuery>

export interface Page<T> {
  readonly items: readonly T[]
  /** Null = there is no more. */
  readonly nextCursor: string | null
}

export const pageOf = (item: z.ZodType) =>
  z.object({ items: z.array(item), nextCursor: z.string().nullable() })

const idKey = z.uuid().toLowerCase()

/** Where the page begins: after the item with this id. Undefined = from the start. */
export function afterId(query: PageQuery): string | undefined {
  return afterKey(query, idKey)
}

/** Like afterId, for lists that are ordered by something else. */
export function afterKey<T>(query: PageQuery, key: z.ZodType<T>): T | undefined {
  if (query.cursor === undefined) return undefined
  const text = Buffer.from(query.cursor, 'base64url').toString('utf8')
  const parsed = key.safeParse(text)
  if (!text.startsWith('\u0000') && parsed.success) return parsed.data
  throw new InvalidRequest([{ path: 'cursor', message: 'is not a cursor of this list' }])
}

/** A page out of one row more than it holds: the extra row only tells that there are more. */
export function toPage<R, T>(
  rows: readonly R[],
  query: PageQuery,
  keyOf: (row: R) => string,
  toItem: (row: R) => T,
): Page<T> {
  const shown = rows.slice(0, query.limit)
  const last = shown.at(-1)
  const more = rows.length > query.limit && last !== undefined
  return {
    items: shown.map(toItem),
    nextCursor: more ? Buffer.from(keyOf(last)).toString('base64url') : null,
  }
}

/** `findMany` arguments of a page, newest first by id (UUIDv7). */
export function newestFirst(query: PageQuery) {
  const after = afterId(query)
  return {
    take: query.limit + 1,
    orderBy: { id: 'desc' as const },
    ...(after === undefined ? {} : { where: { id: { lt: after } } }),
  }
}

/** Like newestFirst, for lists that can be asked for one name. */
export function newestFirstNamed(query: NamedPageQuery) {
  const { where, ...page } = newestFirst(query)
  const named = query.name === undefined ? {} : { name: query.name }
  return { ...page, where: { ...where, ...named } }
}
