import { codesOf, rowsOf } from '../testing/fake-client'
import { useRealRelay } from '../testing/real/relay'
import { bind, execute, parse, sync } from '../wire'

const relay = useRealRelay(({ controlPlane }) => {
  controlPlane.answer = (operation) =>
    'text' in operation && operation.text.includes('free')
      ? controlPlane.allow()
      : controlPlane.allow({ timeLimit: { millis: 300, rule: 'shop/brief' } })
}, 'CREATE TABLE kept (n int)')
const open = () => relay.open()

it.each([
  'SELECT pg_sleep(60)',
  'SET statement_timeout = 0; SELECT pg_sleep(60)',
  'INSERT INTO kept SELECT 1 FROM pg_sleep(60)',
])('is stopped by the target, and the client told whose limit it was: %s', async (text) => {
  const client = await open()
  expect(codesOf(await client.query(text))).toMatch(/EZ$/)
  expect(client.lastError?.get('C')).toBe('57014')
  expect(client.lastError?.get('M')).toBe(
    'it took longer than the 0.3 s that rule shop/brief permits, and was stopped',
  )
  expect(rowsOf(await client.query('SELECT count(*) FROM kept'))).toEqual([['0']])
  const running = `SELECT 1 FROM pg_stat_activity WHERE state = 'active' AND query = '${text}'`
  expect(await relay.target.direct(running)).toEqual([])
  expect(relay.gateway.gate.spool.of('outcome')[0]?.outcome.status).toBe('cancelled')
})

it('counts from when the target has answered what came before', async () => {
  const client = await open()
  const before = ['SELECT pg_sleep(0.5) AS free', 'SELECT pg_sleep(0.1)'].flatMap((text) => [
    parse({ name: '', text, types: [] }),
    bind({ portal: '', statement: '', formats: [], values: [], resultFormats: [] }),
    execute('', 0),
  ])
  const codes = codesOf(await client.run(...before, sync))
  expect(codes).not.toContain('E')
})

it('does not count while the client takes its time to fetch on', async () => {
  const client = await open()
  await client.query('BEGIN')
  await client.query('DECLARE numbers CURSOR FOR SELECT generate_series(1, 4)')
  expect(rowsOf(await client.query('FETCH 2 FROM numbers'))).toHaveLength(2)
  await relay.target.direct('SELECT pg_sleep(0.5)')
  expect(rowsOf(await client.query('FETCH 2 FROM numbers'))).toHaveLength(2)
})

it('stops a statement of a connection that limits all of them, with its reason', async () => {
  const limits = { idleMillis: 0, statementMillis: 200, maxMessageBytes: 1024 * 1024 }
  relay.gateway.options = {
    ...relay.gateway.options,
    grant: { ...relay.gateway.options.grant, limits },
  }
  const client = await open()
  await client.query('SELECT pg_sleep(60) AS free')
  expect(client.lastError?.get('M')).toBe(
    'it took longer than the 0.2 s that the connection permits, and was stopped',
  )
})
