import type { Client } from 'pg'

/** Rows as arrays: several columns of one query can have one name. */
export async function rowsOf(
  client: Client,
  text: string,
  values: readonly unknown[] = [],
): Promise<unknown[][]> {
  const { rows } = await client.query<unknown[]>({ text, values: [...values], rowMode: 'array' })
  return rows
}
