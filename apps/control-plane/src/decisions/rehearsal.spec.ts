import { Logger } from '@nestjs/common'
import { EpochWatch } from '../common/epoch/epoch-watch'
import { good, Shop } from '../testing/shop'
import { decideMessage } from '../testing/test-agent'

jest.setTimeout(60_000)

const named = (rules: string) => `name: shop
appliesTo: { connections: [shop] }
rules:
${rules}`

describe('a policy in dry run', () => {
  let shop: Shop

  beforeAll(async () => {
    shop = await Shop.start()
    await shop.bind('user', 'group:autogen')
    await shop.attach()
    await shop.activate(named('  - { id: read, effect: allow, match: { actions: [read] } }'))
  })
  afterAll(() => shop.stop())

  it('is told apart in the log where it would decide otherwise, and decides nothing', async () => {
    const stricter = named(`  - { id: read, effect: allow, match: { actions: [read] } }
  - { id: customers, effect: deny, match: { resources: ["table:*.customers"] } }`)
    const { version } = await good(shop.admin.post('/v1/policies', { source: stricter }))
    await good(shop.admin.post(`/v1/policies/shop/versions/${version}/dry-run`))
    await shop.test.app.get(EpochWatch, { strict: false }).refresh()
    const logged = jest.spyOn(Logger.prototype, 'log').mockImplementation(() => undefined)
    const { talk } = await shop.open(await shop.token('robot', ['autogen']))
    for (const text of ['select 1', 'select card_number from customers where id = 4711']) {
      talk.send(decideMessage(text))
      const answer = await talk.next()
      expect(answer).toMatchObject({ value: { outcome: { $case: 'allow' } } })
    }
    const told = logged.mock.calls.filter(([, message]) => String(message).includes('dry-run'))
    expect(told).toEqual([
      [
        expect.objectContaining({
          verdict: 'allow',
          rehearsed: 'deny',
          determinedBy: [{ policy: 'shop', rule: 'customers' }],
        }),
        'dry-run policies would decide otherwise',
      ],
    ])
    expect(JSON.stringify(told)).not.toContain('4711')
    logged.mockRestore()
    talk.stream.end()
  })
})
