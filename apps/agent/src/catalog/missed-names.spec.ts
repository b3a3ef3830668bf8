import type { AttachRequest } from '@wardgate/contract'
import { ManualClock } from '@wardgate/gateway/testing'
import { quietLog } from '../testing/quiet-log'
import { catalogState, shopConnection } from '../testing/watched-shop'
import { CatalogWatch } from './catalog-watch'

/** A watch over a target whose catalog is what the test says, and whose readings take as long as it says. */
async function watching(readingMillis = 0) {
  const clock = new ManualClock()
  const target = { digest: 'a', readings: 0 }
  const announced: string[] = []
  const wait = async (millis: number): Promise<void> => {
    for (let passed = 0; passed < millis; passed += 10) {
      clock.advance(10)
      await jest.advanceTimersByTimeAsync(10)
    }
  }
  const watch = new CatalogWatch({
    readers: {
      postgres: async ({ known }) => {
        target.readings += 1
        const { digest } = target
        if (readingMillis > 0) await new Promise((done) => setTimeout(done, readingMillis))
        return known?.manifest.parts[0]?.digest === digest ? undefined : catalogState(digest)
      },
    },
    intervalMillis: 60_000,
    clock,
    log: quietLog,
    send: (message: NonNullable<AttachRequest['message']>) => {
      if (message.$case === 'catalog') announced.push(message.value.digest)
      return true
    },
  })
  watch.assign([shopConnection])
  await wait(10_000)
  target.readings = 0
  const known = announced[0] ?? ''
  const lookFor = (...names: string[]) => watch.lookFor('shop', { database: 'shop', known, names })
  return { watch, target, announced, known, lookFor, wait }
}

beforeEach(() => jest.useFakeTimers())
afterEach(() => jest.useRealTimers())

describe('a name that the stored catalog lacks', () => {
  it('is looked for at the target, and the answer is the catalog that has it', async () => {
    const { target, announced, known, lookFor } = await watching()
    target.digest = 'b'
    const digest = await lookFor('made_now')
    expect(digest).not.toBe(known)
    expect(announced).toEqual([known, digest])
    expect(target.readings).toBe(1)
  })

  it('makes no second reading until something may have changed', async () => {
    const { watch, target, known, lookFor, wait } = await watching()
    expect(await lookFor('nowhere')).toBe(known)
    await wait(1_000)
    expect(await lookFor('nowhere')).toBe(known)
    expect(target.readings).toBe(1)
    target.digest = 'b'
    watch.changed('shop', 'shop')
    expect(await lookFor('nowhere')).not.toBe(known)
    expect(target.readings).toBe(2)
  })

  it('is found however soon after a change that went through the gateway', async () => {
    const { watch, target, known, lookFor } = await watching(50)
    const before = lookFor('made_now')
    await jest.advanceTimersByTimeAsync(0)
    target.digest = 'b'
    watch.changed('shop', 'shop')
    const after = lookFor('made_now')
    await jest.advanceTimersByTimeAsync(200)
    expect(await before).toBe(known)
    expect(await after).not.toBe(known)
  })

  it('is not waited for when another catalog has been announced just now', async () => {
    const { target, known, lookFor } = await watching()
    target.digest = 'b'
    await lookFor('made_now')
    expect(await lookFor('made_now_too')).not.toBe(known)
    expect(target.readings).toBe(1)
  })

  it('costs the target no more than four readings a second, however many are made up', async () => {
    const { target, lookFor, wait } = await watching()
    const asked: Promise<unknown>[] = []
    for (let round = 0; round < 100; round += 1) {
      for (let each = 0; each < 10; each += 1) asked.push(lookFor(`made_up_${round}_${each}`))
      await wait(20)
    }
    await wait(1_000)
    await Promise.all(asked)
    expect(target.readings).toBeGreaterThan(1)
    expect(target.readings).toBeLessThanOrEqual(8)
  })

  it('costs a target that reads slowly a fifth of its time at most', async () => {
    const { target, lookFor, wait } = await watching(200)
    const asked: Promise<unknown>[] = []
    for (let round = 0; round < 500; round += 1) {
      asked.push(lookFor(`made_up_${round}`))
      await wait(20)
    }
    await wait(2_000)
    await Promise.all(asked)
    expect(target.readings).toBeLessThanOrEqual(12)
  })

  it('is nobody’s where no catalog is kept', async () => {
    const { watch } = await watching()
    const question = { database: 'elsewhere', known: '', names: [] }
    expect(await watch.lookFor('shop', question)).toBeUndefined()
  })
})
