import { eventually } from '../../support/eventually'
import { connectThrough } from '../../support/governed-client'
import type { Api } from '../../support/instance'
import { sharedInstance } from '../../support/shared-instance'

interface Named {
  readonly id: string
  readonly version: number
}

jest.setTimeout(60_000)

let admin: Api
let token: string
let binding: Named

/** What the client of a session for one statement saw: its rows, or the SQLSTATE. */
async function ask(): Promise<number | string> {
  try {
    const { client } = await connectThrough(sharedInstance, { user: 'open', token })
    try {
      return (await client.query('SELECT 1')).rows.length
    } finally {
      await client.end()
    }
  } catch (error) {
    return String((error as { code?: unknown }).code)
  }
}

/** So that the next session begins without an answer. */
async function connectOften(): Promise<void> {
  for (let count = 0; count < 5; count += 1) expect(await ask()).toBe(1)
}

/** The news takes a moment to reach the agent; from then on nobody gets in, however often it is tried. */
async function expectShutOut(): Promise<void> {
  await eventually(async () => ((await ask()) === 1 ? undefined : true), 2_000)
  for (let count = 0; count < 20; count += 1) expect(await ask()).not.toBe(1)
}

const bind = () =>
  admin.ok<Named>('POST', '/v1/role-bindings', {
    role: 'user',
    subject: 'subject:carol',
    connections: ['open'],
  })

const carol = async (): Promise<Named> => {
  const { items } = await admin.ok<{ items: Named[] }>('GET', '/v1/principals?subject=carol')
  return items[0]!
}

async function setDisabled(disabled: boolean): Promise<void> {
  const { id, version } = await carol()
  await admin.ok('PATCH', `/v1/principals/${id}`, { disabled }, { 'if-match': `"${version}"` })
}

beforeAll(async () => {
  admin = await sharedInstance.api('admin')
  token = await sharedInstance.tokenOf('carol')
  binding = await bind()
  await eventually(async () => ((await ask()) === 1 ? true : undefined), 5_000)
})

afterAll(async () => {
  await setDisabled(false)
  await admin.ok('DELETE', `/v1/role-bindings/${binding.id}`)
})

it('lets nobody begin a session whose role binding was deleted', async () => {
  await connectOften()
  await admin.ok('DELETE', `/v1/role-bindings/${binding.id}`)
  await expectShutOut()
  binding = await bind()
  await eventually(async () => ((await ask()) === 1 ? true : undefined), 5_000)
})

it('lets nobody begin a session who was disabled, and ends the session that is there', async () => {
  await connectOften()
  const { client } = await connectThrough(sharedInstance, { user: 'open', token })
  await client.query('SELECT 1')
  await setDisabled(true)
  await expectShutOut()
  await expect(client.query('SELECT 1')).rejects.toThrow()
  await setDisabled(false)
  await eventually(async () => ((await ask()) === 1 ? true : undefined), 5_000)
})

it('records every session once, those that began without an answer too', async () => {
  const before = new Date()
  await connectOften()
  const { id } = await carol()
  const sessions = await eventually(async () => {
    const { items } = await admin.ok<{ items: { startedAt: string; operations: number }[] }>(
      'GET',
      `/v1/sessions?principal=${id}&limit=200`,
    )
    const recent = items.filter(({ startedAt }) => new Date(startedAt) >= before)
    return recent.length === 5 && recent.every(({ operations }) => operations === 1)
      ? recent
      : undefined
  }, 20_000)
  expect(sessions).toHaveLength(5)
})
