import { startTestApp, type TestApp } from '../testing/test-app'
import { startTestDatabase, type TestDatabase } from '../testing/test-database'

const token = 'scrape-0123456789'
let database: TestDatabase

beforeAll(async () => {
  database = await startTestDatabase()
}, 60_000)
afterAll(() => database.stop())

async function statuses(env: Record<string, string>, ...sent: (string | undefined)[]) {
  const key = { WARDGATE_MASTER_KEY: Buffer.alloc(32, 3).toString('base64') }
  const test: TestApp = await startTestApp({ ...key, ...env }, database)
  try {
    return await Promise.all(
      sent.map(async (value) => {
        const headers = value === undefined ? {} : { authorization: `Bearer ${value}` }
        return (await fetch(`${test.url}/metrics`, { headers })).status
      }),
    )
  } finally {
    await test.stop()
  }
}

describe('metrics of the control plane', () => {
  it('are for the machine alone, without a token', async () => {
    expect(await statuses({}, undefined)).toEqual([200])
  }, 30_000)

  it.each([
    ['the public URL is elsewhere', { WARDGATE_PUBLIC_URL: 'https://wardgate.example.com' }],
    ['a proxy brings the world', { WARDGATE_TRUSTED_PROXIES: '127.0.0.1' }],
  ])(
    'are refused when %s',
    async (_when, env) => {
      expect(await statuses(env, undefined, token)).toEqual([401, 401])
    },
    30_000,
  )

  it('are for who holds the token', async () => {
    const env = {
      WARDGATE_METRICS_TOKEN: token,
      WARDGATE_PUBLIC_URL: 'https://wardgate.example.com',
    }
    expect(await statuses(env, undefined, 'another-0123456789', token)).toEqual([401, 401, 200])
  }, 30_000)
})
