import type { Instance } from './instance'

/** All items of a list, as an auditor reads them. `path` has a query already. */
export async function everyPage<T>(instance: Instance, path: string): Promise<T[]> {
  const api = await instance.api('auditor')
  const items: T[] = []
  for (let cursor: string | null = ''; cursor !== null;) {
    const page: { items: T[]; nextCursor: string | null } = await api.ok(
      'GET',
      `${path}${cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`}`,
    )
    items.push(...page.items)
    cursor = page.nextCursor
  }
  return items
}
