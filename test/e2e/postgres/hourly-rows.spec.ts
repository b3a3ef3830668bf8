import { connectEventually, connectThrough } from '../../support/governed-client'
import { registerPostgres } from '../../support/register-postgres'
import { SecondAgent } from '../../support/second-agent'
import { sharedInstance } from '../../support/shared-instance'

jest.setTimeout(90_000)

const name = 'hourly-rows'
const limit = 400
let other: SecondAgent

const agents = {
  one: () => sharedInstance.agent,
  other: () => other.postgres,
} as const

beforeAll(async () => {
  other = await SecondAgent.start(sharedInstance, 'hourly')
  const { direct } = sharedInstance.descriptor.sample
  const rule = `{ id: read, effect: allow, match: { actions: ['*'] }, limits: { rowsPerHour: ${limit} } }`
  await registerPostgres(direct, name, `\n  - ${rule}`)
  await otherServes()
})

afterAll(() => other.stop())

const optionsOf = (agent: keyof typeof agents) => ({
  ...agents[agent](),
  user: name,
  database: 'postgres',
})

async function otherServes(): Promise<void> {
  const { client } = await connectEventually(sharedInstance, optionsOf('other'))
  await client.end()
}

/** How many of so many rows came, and how it ended. */
async function read(agent: keyof typeof agents, rows: number) {
  const { client } = await connectThrough(sharedInstance, optionsOf(agent))
  let count = 0
  let error: string | undefined
  await client.query(`SELECT i FROM generate_series(1, ${rows}) i`).then(
    (result) => (count = result.rows.length),
    (caught: unknown) => (error = caught instanceof Error ? caught.message : 'no error'),
  )
  await client.end()
  return { count, error }
}

it('counts over all agents, and does not begin again when one is restarted', async () => {
  expect(await read('one', 150)).toEqual({ count: 150, error: undefined })
  expect(await read('other', 150)).toEqual({ count: 150, error: undefined })
  // Killed: what it had on lease counts as handed out.
  await other.restart()
  const refused = { count: 0, error: expect.stringMatching(/400 rows an hour/) as string }
  await otherServes()
  expect(await read('other', 150)).toEqual(refused)
  expect(await read('one', 150)).toEqual(refused)
  expect(await read('other', 1)).toEqual(refused)
  // What brings no rows is not limited.
  expect(await read('other', 0)).toEqual({ count: 0, error: undefined })
})
