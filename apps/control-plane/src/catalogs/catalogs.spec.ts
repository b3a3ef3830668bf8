import { CatalogsService } from './catalogs.service'
import { EpochWatch } from '../common/epoch/epoch-watch'
import { good, Shop } from '../testing/shop'
import type { AttachTalk } from '../testing/test-agent'
import { shopCatalog } from '../testing/shop-catalog'

interface Steps {
  readonly items: readonly {
    readonly total: number
    readonly database: string
    readonly digest: string
    readonly changes: readonly unknown[]
  }[]
}

describe('catalogs of targets', () => {
  let shop: Shop
  let talk: AttachTalk

  beforeAll(async () => {
    shop = await Shop.start()
    talk = await shop.attach()
  }, 60_000)

  afterAll(() => shop.stop())

  const steps = async (): Promise<Steps['items']> => {
    const path = `/v1/connections/${shop.connectionId}/catalog/changes`
    return ((await good(shop.admin.get(path))) as unknown as Steps).items
  }
  const found = () =>
    shop.test.app
      .get(CatalogsService, { strict: false })
      .find({ connectionId: shop.connectionId, database: 'shop' })

  it('tell nothing of the first one, and what changed of each that follows', async () => {
    expect(await steps()).toEqual([])
    const next = shopCatalog(['id', 'card_number', 'email'])
    await shop.report(talk, next)
    while ((await talk.next()).$case !== 'epoch') continue
    await shop.report(talk, shopCatalog(['id', 'pan']))
    while ((await talk.next()).$case !== 'epoch') continue
    const changed = { what: 'relation', change: 'changed', name: 'public.customers' }
    expect(await steps()).toMatchObject([
      {
        total: 1,
        changes: [{ ...changed, columns: ['renamed card_number to pan', 'removed email'] }],
      },
      { total: 1, digest: next.digest, changes: [{ ...changed, columns: ['added email'] }] },
    ])
  })

  it('are read by name as they are now', async () => {
    await shop.test.app.get(EpochWatch, { strict: false }).refresh()
    const index = await found()
    expect(index?.relationsByName.get('customers')?.[0]?.columns.map(({ name }) => name)).toEqual([
      'id',
      'pan',
    ])
  })

  it('ask for no part that another catalog has', async () => {
    const known = shopCatalog()
    const { connectionId } = shop
    const value = {
      connectionId,
      database: 'other',
      digest: known.digest,
      manifest: known.manifest,
    }
    talk.send({ message: { $case: 'catalog', value } })
    expect(await talk.next()).toMatchObject({ $case: 'epoch' })
    expect(await steps()).toHaveLength(2)
  })

  it('refuse a manifest that does not have its digest', async () => {
    const { manifest } = shopCatalog(['id', 'forged'])
    const { digest } = shopCatalog()
    const value = { connectionId: shop.connectionId, database: 'shop', digest, manifest }
    talk.send({ message: { $case: 'catalog', value } })
    await expect(talk.next()).rejects.toThrow('does not have its digest')
    expect(await steps()).toHaveLength(2)
  })
})
