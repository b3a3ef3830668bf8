import { connectThrough } from '../../support/governed-client'
import { registerPostgres } from '../../support/register-postgres'
import { sharedInstance } from '../../support/shared-instance'

jest.setTimeout(60_000)

const name = 'time-and-cost'

beforeAll(async () => {
  const { direct } = sharedInstance.descriptor.sample
  const rules = [
    `{ id: read, effect: allow, match: { actions: ['*'] }, limits: { statementTimeout: 1s } }`,
    `{ id: dear, effect: deny, match: { actions: [read], estimatedCost: { above: 1000 } } }`,
  ]
  await registerPostgres(direct, name, rules.map((rule) => `\n  - ${rule}`).join(''))
})

async function failureOf(text: string): Promise<{ code?: string; message?: string }> {
  const { client } = await connectThrough(sharedInstance, { user: name, database: 'postgres' })
  try {
    await client.query(text)
    return {}
  } catch (caught) {
    return caught as { code: string; message: string }
  } finally {
    await client.end()
  }
}

it('stops a statement that takes longer than a rule permits, and names the rule and the limit', async () => {
  expect(await failureOf('SELECT pg_sleep(0.1)')).toEqual({})
  expect(await failureOf('SET statement_timeout = 0; SELECT pg_sleep(30)')).toMatchObject({
    code: '57014',
    message: 'it took longer than the 1 s that rule time-and-cost/read permits, and was stopped',
  })
})

it('refuses a plan that costs more than a rule permits, and names the rule, the cost and the limit', async () => {
  expect(await failureOf('SELECT * FROM pg_catalog.pg_class LIMIT 1')).toEqual({})
  const dear =
    'SELECT count(*) FROM pg_catalog.pg_class a, pg_catalog.pg_class b, pg_catalog.pg_class c'
  expect(await failureOf(dear)).toMatchObject({
    code: '42501',
    message: expect.stringMatching(
      /by rule time-and-cost\/dear: expected cost of its plan [\d,.]+ above 1,000$/,
    ) as string,
  })
})
