import { eventually } from '../../support/eventually'
import { registerPostgres } from '../../support/register-postgres'
import { sharedInstance } from '../../support/shared-instance'

/** What the screen of `npm start` tells a newcomer to type, typed. */
const wardgate = (...args: string[]) => sharedInstance.cli(...args)

jest.setTimeout(60_000)

it('shows rows with ids and cards masked', async () => {
  const { stdout, code } = await wardgate(
    'sql',
    'shop',
    'SELECT name, national_id, card_number FROM customers ORDER BY id LIMIT 3',
  )
  expect(code).toBe(0)
  expect(stdout.trim().split('\n')).toHaveLength(4)
  expect(stdout).toMatch(/\*\*\*-\*\*-\d{4}/)
  expect(stdout).not.toMatch(/\b\d{3}-\d{2}-\d{4}\b/)
})

it("takes the connection's own database when it is told none", async () => {
  const { direct } = sharedInstance.descriptor.sample
  await registerPostgres(
    direct,
    'first-session-own',
    '\n  - { id: read, effect: allow, match: { actions: [read] } }',
  )
  const { stdout } = await wardgate('sql', 'first-session-own', 'SELECT current_database()')
  expect(stdout.trim().split('\n').at(-1)).toBe('postgres')
})

it('ends with 1 and names the rule where a statement is refused', async () => {
  const { stderr, code } = await wardgate('sql', 'shop', 'DROP TABLE orders')
  expect(code).toBe(1)
  expect(stderr).toContain('Schema changes go through a migration review. (rule shop/no-ddl)')
})

it('lists what was refused by what it would have done', async () => {
  await wardgate('sql', 'shop', 'DROP TABLE payments')
  const listed = await eventually(async () => {
    const { stdout } = await wardgate('--identity', 'admin', 'operations', 'list')
    return stdout.split('\n').find((line) => line.includes('DROP on public.payments'))
  })
  expect(listed).toMatch(/refused .*ERR_POLICY_DENIED/)
})

it('says as a notice that a statement waits, and runs it once it is approved', async () => {
  const deleting = wardgate('sql', 'shop', 'DELETE FROM payments WHERE order_id = 77001')
  const id = await eventually(async () => {
    const { stdout } = await wardgate('--identity', 'approver', '--json', 'approvals', 'list')
    const { items } = JSON.parse(stdout) as { items: { id: string; text: string }[] }
    return items.find(({ text }) => text.includes('order_id = 77001'))?.id
  })
  const { code } = await wardgate('--identity', 'approver', 'approvals', 'approve', id)
  expect(code).toBe(0)
  const { stderr, code: ended } = await deleting
  expect(stderr).toMatch(
    new RegExp(`^NOTICE: waiting for approval ${id}: DELETE on public.payments`),
  )
  expect(stderr).toMatch(/^DELETE 0$/m)
  expect(ended).toBe(0)
})
