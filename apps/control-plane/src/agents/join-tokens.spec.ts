import { Client } from 'pg'
import { AuthorityService } from './authority.service'
import { good, Shop } from '../testing/shop'
import { enrol } from '../testing/test-agent'

jest.setTimeout(120_000)

describe('a join token', () => {
  let shop: Shop

  beforeAll(async () => {
    shop = await Shop.start()
  })

  afterAll(() => shop.stop())

  const create = (agentName: string): Promise<{ id: string; token: string }> =>
    good(shop.admin.post('/v1/join-tokens', { agentName, connections: ['shop'] }))

  async function join(token: string) {
    const authority = await shop.test.app.get(AuthorityService, { strict: false }).pem()
    return enrol(shop.test.config.enrolment.port, authority, token)
  }

  const listed = async (id: string) =>
    (await good(shop.admin.get('/v1/join-tokens'))).items.find(
      (item: { id: string }) => item.id === id,
    )

  it('that was withdrawn lets nobody join, and the log says who withdrew it', async () => {
    const { id, token } = await create('never')
    expect(await shop.admin.delete(`/v1/join-tokens/${id}`)).toMatchObject({ status: 204 })
    await expect(join(token)).rejects.toThrow('unknown, used or expired')
    expect(await listed(id)).toBeUndefined()
    const { items } = await good(shop.admin.get('/v1/audit/entries?kind=join-token.withdrawn'))
    expect(items).toMatchObject([
      { principalId: expect.any(String), body: { id, agentName: 'never' } },
    ])
    expect(await shop.admin.delete(`/v1/join-tokens/${id}`)).toMatchObject({ status: 404 })
  })

  it('that an agent has joined with stays in the list', async () => {
    const { id, token } = await create('joined')
    const { agentId } = await join(token)
    expect(await shop.admin.delete(`/v1/join-tokens/${id}`)).toMatchObject({
      status: 409,
      body: { code: 'ERR_REQUEST_CONFLICT' },
    })
    expect(await listed(id)).toMatchObject({ usedByAgent: agentId })
  })

  it('is not withdrawn by who may only read agents', async () => {
    const { id, token } = await create('kept')
    await shop.bind('auditor', 'subject:reader')
    const reader = await shop.as('reader')
    expect(await reader.delete(`/v1/join-tokens/${id}`)).toMatchObject({ status: 403 })
    await join(token)
  })

  it('works for one of those who come with it at the same time', async () => {
    const { token } = await create('raced')
    const tries = await Promise.allSettled(Array.from({ length: 8 }, () => join(token)))
    expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    await expect(join(token)).rejects.toThrow('unknown, used or expired')
  })

  it('either lets an agent join or is withdrawn, whatever comes at the same time', async () => {
    const { id, token } = await create('either')
    const [joined, withdrawn] = await Promise.allSettled([
      join(token),
      shop.admin.delete(`/v1/join-tokens/${id}`),
    ])
    const status = withdrawn.status === 'fulfilled' ? withdrawn.value.status : 0
    expect([joined.status, status]).toEqual(
      joined.status === 'fulfilled' ? ['fulfilled', 409] : ['rejected', 204],
    )
  })

  it('is worth nothing when its time is over, whatever somebody writes into its row', async () => {
    const { id, token } = await create('late')
    const database = new Client({ connectionString: shop.test.database.url })
    await database.connect()
    const expire = (when: string) =>
      database.query(`UPDATE join_tokens SET expires_at = ${when} WHERE id = $1`, [id])
    await expire(`now() - interval '1 second'`)
    await expect(join(token)).rejects.toThrow('unknown, used or expired')
    await expire(`now() + interval '1 day'`)
    await expect(join(token)).rejects.toThrow('ERR_CONTROL_FORGED')
    await database.end()
  })
})
