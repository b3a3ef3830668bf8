import type { Pool } from 'pg'
import { z } from 'zod'

interface Asked {
  readonly id: number
  readonly query: URLSearchParams
  readonly body: unknown
}

interface Route {
  readonly method: string
  readonly pattern: RegExp
  /** Undefined = there is no such thing. */
  readonly run: (shop: Pool, asked: Asked) => Promise<object | undefined>
}

const maxLimit = 100
const customer = `SELECT id::int, name, email, phone, national_id, card_number, country FROM customers`
const order = `SELECT id::int, customer_id::int, status, amount::float8, placed_at FROM orders`
const newOrder = z.strictObject({ customer_id: z.int().positive(), amount: z.number().positive() })

export function isInvalid(error: unknown): boolean {
  return error instanceof z.ZodError || error instanceof SyntaxError || error instanceof RangeError
}

export const routes: readonly Route[] = [
  {
    method: 'GET',
    pattern: /^\/customers$/,
    run: async (shop, { query }) => {
      const limit = Math.min(Math.max(Number(query.get('limit')) || 10, 1), maxLimit)
      return (await shop.query<object>(`${customer} ORDER BY id LIMIT $1`, [limit])).rows
    },
  },
  {
    method: 'GET',
    pattern: /^\/customers\/(?<id>\d{1,9})$/,
    run: (shop, { id }) => first(shop, `${customer} WHERE id = $1`, [id]),
  },
  {
    method: 'GET',
    pattern: /^\/customers\/(?<id>\d{1,9})\/orders$/,
    run: async (shop, { id }) =>
      (await shop.query<object>(`${order} WHERE customer_id = $1 ORDER BY id`, [id])).rows,
  },
  {
    method: 'GET',
    pattern: /^\/orders\/(?<id>\d{1,9})$/,
    run: (shop, { id }) => first(shop, `${order} WHERE id = $1`, [id]),
  },
  {
    method: 'POST',
    pattern: /^\/orders$/,
    run: (shop, { body }) => {
      const { customer_id: customerId, amount } = newOrder.parse(body)
      const sql = `INSERT INTO orders SELECT max(id) + 1, $1, 'new', $2, now() FROM orders RETURNING id::int`
      return first(shop, sql, [customerId, amount])
    },
  },
  {
    method: 'DELETE',
    pattern: /^\/orders\/(?<id>\d{1,9})$/,
    run: (shop, { id }) => first(shop, 'DELETE FROM orders WHERE id = $1 RETURNING id::int', [id]),
  },
  {
    method: 'GET',
    pattern: /^\/secrets$/,
    run: async (shop) => (await shop.query<object>('SELECT name, value FROM secrets')).rows,
  },
]

async function first(
  shop: Pool,
  sql: string,
  values: readonly unknown[],
): Promise<object | undefined> {
  const { rows } = await shop.query<object>(sql, [...values])
  return rows[0]
}
