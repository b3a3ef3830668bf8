import type { Client } from 'pg'
import { eventually } from '../../support/eventually'
import { connectThrough, type GovernedClient } from '../../support/governed-client'
import type { Api } from '../../support/instance'
import { sharedInstance } from '../../support/shared-instance'

interface Held {
  readonly id: string
  readonly digest: string
  readonly summary: string
}

const policy = `name: unmask-spec
appliesTo: { protocols: [postgres] }
rules:
  - id: phone
    mask:
      columns: [customers.phone]
      with: redact
      unmask: { groups: ["*"], approval: { approvers: ["group:dba"] } }
`

jest.setTimeout(60_000)

let approver: Api
let governed: GovernedClient
let client: Client
let retire: () => Promise<unknown>

beforeAll(async () => {
  approver = await sharedInstance.api('approver')
  const admin = await sharedInstance.api('admin')
  const { name, version } = await admin.ok<{ name: string; version: number }>(
    'POST',
    '/v1/policies',
    { source: policy },
  )
  const path = `/v1/policies/${name}/versions/${version}`
  await admin.ok('POST', `${path}/activate`, {})
  retire = () => admin.ok('POST', `${path}/retire`, {})
  governed = await connectThrough(sharedInstance)
  client = governed.client
})

afterAll(async () => {
  await client.end()
  await retire()
})

async function heldFor(text: string): Promise<Held> {
  return eventually(async () => {
    const { items } = await approver.ok<{ items: (Held & { text: string })[] }>(
      'GET',
      '/v1/approval-requests?state=pending',
    )
    return items.find((item) => item.text.includes(text))
  })
}

async function vote({ id, digest }: Held, how: 'approve' | 'reject'): Promise<void> {
  await approver.ok('POST', `/v1/approval-requests/${id}/${how}`, { digest, reason: 'looked' })
}

it('shows a masked column once people have agreed, for this statement alone', async () => {
  const running = client.query('SELECT id, phone FROM customers WHERE id = 3')
  const held = await heldFor('id = 3')
  expect(held.summary).toContain('with customers.phone unmasked')
  await vote(held, 'approve')
  const { rows } = await running
  expect(rows[0]?.phone).not.toBe('[redacted]')
  expect(rows[0]?.phone).toMatch(/\d{3}/)

  const again = client
    .query('SELECT id, phone FROM customers WHERE id = 3')
    .catch((e: unknown) => e)
  await vote(await heldFor('id = 3'), 'reject')
  expect(await again).toMatchObject({ message: expect.stringMatching(/reject/i) })
})

it('asks nobody on behalf of a client that takes the column masked', async () => {
  const taking = await connectThrough(sharedInstance, { options: '-c wardgate.unmask=off' })
  const text = 'SELECT id, phone FROM customers WHERE id = 5'
  const { rows } = await taking.client.query(text)
  expect(rows).toEqual([{ id: '5', phone: '[redacted]' }])
  await taking.client.end()
  // Not remembered for sessions that do want to ask.
  const running = client.query(text).catch((error: unknown) => error)
  await vote(await heldFor('id = 5'), 'reject')
  expect(await running).toBeInstanceOf(Error)
})

it('asks nobody where the column is not shown', async () => {
  expect((await client.query('SELECT id FROM customers WHERE id = 4')).rows).toEqual([{ id: '4' }])
})

it('still refuses to decide by it', async () => {
  await expect(client.query("SELECT id FROM customers WHERE phone = '1'")).rejects.toThrow(
    /is masked by rule unmask-spec\/phone/,
  )
})
