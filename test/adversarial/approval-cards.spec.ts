import type { Client } from 'pg'
import { eventually } from '../support/eventually'
import { connectThrough } from '../support/governed-client'
import type { Api } from '../support/instance'
import { sharedInstance } from '../support/shared-instance'

interface Card {
  readonly id: string
  readonly digest: string
  readonly text: string
  readonly parameters: readonly { readonly value: string | null; readonly cutFrom?: number }[]
  readonly facts: {
    readonly named: readonly { readonly name: string; readonly text: string }[]
    readonly styles: { readonly dateStyle: string }
    readonly detail: Readonly<Record<string, unknown>>
  }
}

jest.setTimeout(120_000)

let approver: Api
let client: Client

beforeAll(async () => {
  approver = await sharedInstance.api('approver')
  client = (await connectThrough(sharedInstance)).client
})

afterAll(() => client.end())

/** The card of what runs, which is then rejected: nothing here may reach the target. */
async function cardOf(running: Promise<unknown>, mark: string): Promise<Card> {
  const refused = running.then(
    () => 'ran',
    (error: unknown) => String(error),
  )
  const card = await eventually(async () => {
    const path = '/v1/approval-requests?state=pending'
    const { items } = await approver.ok<{ items: Card[] }>('GET', path)
    return items.find(({ text }) => text.includes(mark))
  })
  const { id, digest } = card
  await approver.ok('POST', `/v1/approval-requests/${id}/reject`, { digest, reason: 'looked' })
  expect(await refused).toContain('rejected')
  return card
}

/** Behind the look of a password, a comment or a cut, a client would hide the part that does the harm. */
it.each([
  [
    'a constant before more',
    `DELETE FROM orders WHERE 'password ' = 'a1' OR true OR '' = ''`,
    `'a1'`,
  ],
  [
    'words without blanks',
    `DELETE FROM orders /* a2 */ WHERE status=status/**/AND/**/'password=x' <> ''`,
    'a2',
  ],
  [
    'comments',
    `DELETE FROM orders /* a3 */ WHERE status <> 'PASSWORD ' /* ' */ OR true -- '`,
    'a3',
  ],
  [
    '3,000 lines',
    `DELETE FROM orders /* a4 */ WHERE true ${'-- x\n'.repeat(3_000)} OR id = 1`,
    'a4',
  ],
])('an approver sees the whole of %s', async (_what, text, mark) => {
  expect((await cardOf(client.query(text), mark)).text).toBe(text)
})

it('an approver sees what a name stands for', async () => {
  const text = 'DELETE FROM orders /* b0 */ WHERE id <> $1'
  await cardOf(client.query({ name: 'harm', text, values: [1] }), 'b0')
  const card = await cardOf(client.query('EXECUTE /* b1 */ harm(1)'), 'b1')
  expect(card.facts.named).toEqual([{ name: 'harm', text }])
})

it('an approver sees which rows a cursor goes through, and that its row is not known', async () => {
  await client.query('BEGIN')
  await client.query('DECLARE rows CURSOR FOR SELECT * FROM orders WHERE id > 2')
  const deletion = client.query('DELETE FROM orders /* b2 */ WHERE CURRENT OF rows')
  const { facts } = await cardOf(deletion, 'b2')
  expect(facts.named.map(({ text }) => text)).toEqual([
    'DECLARE rows CURSOR FOR SELECT * FROM orders WHERE id > 2',
  ])
  expect(facts.detail['sql.cursors']).toEqual(['rows'])
  await client.query('ROLLBACK')
})

it('an approver sees the last of many parameters, and the end of a long one', async () => {
  const ids = Array.from({ length: 400 }, (_, at) => at + 10_000)
  const places = ids.map((_, at) => `$${at + 1}`).join(', ')
  const long = `${'x'.repeat(30_000)}harm`
  const text = `DELETE FROM orders /* b3 */ WHERE status = $401 OR id IN (${places})`
  const { parameters } = await cardOf(client.query(text, [...ids, long]), 'b3')
  expect(parameters.map(({ value }) => value)).toEqual([...ids.map(String), long])
})

it('an approval of one day is none of the same text in another style of dates', async () => {
  const text = `DELETE FROM orders /* b4 */ WHERE '02/01/2026'::date > now()`
  await client.query("SET datestyle = 'ISO, MDY'")
  const before = await cardOf(client.query(text), 'b4')
  await client.query("SET datestyle = 'ISO, DMY'")
  const after = await cardOf(client.query(text), 'b4')
  expect([before, after].map(({ facts }) => facts.styles.dateStyle)).toEqual([
    'ISO, MDY',
    'ISO, DMY',
  ])
  expect(after.digest).not.toBe(before.digest)
})
