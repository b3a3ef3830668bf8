import { codesOf, rowsOf } from '../testing/fake-client'
import { useRealRelay } from '../testing/real/relay'
import { bind, execute, parse, query, sync } from '../wire'

const relay = useRealRelay(({ controlPlane }) => {
  controlPlane.leaseSize = 7
  controlPlane.answer = () => controlPlane.allow({ hourlyRowLimit: 1_000 })
})
const open = () => relay.open()
const wide = "SELECT i, repeat('x', 300) FROM generate_series(1, 500) i"

it('waits within COPY, and loses no row of it', async () => {
  const client = await open()
  const codes = codesOf(await client.query(`COPY (${wide}) TO STDOUT`))
  expect(codes).toBe(`H${'d'.repeat(500)}cCZ`)
})

it('waits within a portal that is fetched in parts', async () => {
  const client = await open()
  const steps = [
    parse({ name: '', text: wide, types: [] }),
    bind({ portal: '', statement: '', formats: [], values: [], resultFormats: [] }),
    execute('', 200),
    execute('', 0),
    sync,
  ]
  const messages = await client.run(...steps)
  expect(rowsOf(messages)).toHaveLength(500)
  expect(codesOf(messages)).not.toContain('E')
})

it('ends with what is left when the budget ends in the middle, and the session goes on', async () => {
  const client = await open()
  await client.query(wide)
  const messages = await client.query(wide.replace('500', '600'))
  expect(rowsOf(messages)).toHaveLength(500)
  expect(client.lastError?.get('C')).toBe('54000')
  expect(rowsOf(await client.query('SELECT 1 WHERE false'))).toEqual([])
})

it('lets go of a client that leaves while its result waits', async () => {
  let answer: () => void = () => undefined
  const answered = new Promise<void>((resolve) => (answer = resolve))
  const asked = new Promise<void>((resolve) => {
    relay.gateway.prepare = ({ controlPlane }) => {
      controlPlane.answer = () => controlPlane.allow({ hourlyRowLimit: 1_000 })
      controlPlane.leaseRows = async () => {
        resolve()
        await answered
        return { rows: 100, minute: 0, millis: 30_000 }
      }
    }
  })
  const client = await open()
  client.send(query(wide))
  await asked
  client.stream.destroy()
  answer()
  await relay.gateway.settled()
  const running = "SELECT 1 FROM pg_stat_activity WHERE state = 'active' AND query LIKE 'SELECT i%'"
  expect(await relay.target.direct(running)).toEqual([])
  expect(relay.gateway.gate.spool.of('intent')).toHaveLength(
    relay.gateway.gate.spool.of('outcome').length,
  )
})
