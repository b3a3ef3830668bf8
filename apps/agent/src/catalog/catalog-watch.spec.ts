import type { AttachRequest } from '@wardgate/contract'
import { TargetError } from '@wardgate/errors'
import { ManualClock } from '@wardgate/gateway/testing'
import { quietLog } from '../testing/quiet-log'
import { catalogState, shopConnection } from '../testing/watched-shop'
import { CatalogWatch } from './catalog-watch'
import type { CatalogRequest, CatalogState } from './reader'

interface Reading {
  readonly request: CatalogRequest
  readonly done: (state: CatalogState | undefined) => void
  readonly failed: (error: Error) => void
}

/** A watch over a target whose readings end when the test says so. */
function watching() {
  const clock = new ManualClock()
  const readings: Reading[] = []
  const counts = { readings: 0 }
  const sent: NonNullable<AttachRequest['message']>[] = []
  const watch = new CatalogWatch({
    readers: {
      postgres: (request) =>
        new Promise((done, failed) => {
          counts.readings += 1
          readings.push({ request, done, failed })
        }),
    },
    intervalMillis: 5_000,
    clock,
    log: quietLog,
    random: () => 0.5,
    send: (message) => {
      sent.push(message)
      return true
    },
  })
  watch.assign([shopConnection])
  const finish = async (state: CatalogState | undefined, millis = 0): Promise<void> => {
    clock.advance(millis)
    readings.shift()?.done(state)
    await jest.advanceTimersByTimeAsync(0)
  }
  const fail = async (error: Error): Promise<void> => {
    readings.shift()?.failed(error)
    await jest.advanceTimersByTimeAsync(0)
  }
  const wait = async (millis: number): Promise<void> => {
    clock.advance(millis)
    await jest.advanceTimersByTimeAsync(millis)
  }
  return { watch, readings, sent, finish, fail, wait, counts }
}

beforeEach(() => jest.useFakeTimers())
afterEach(() => jest.useRealTimers())

describe('the watch over catalogs', () => {
  it('announces what it read, and the next time only what is another', async () => {
    const { watch, readings, sent, finish, wait } = watching()
    await finish(catalogState('a'))
    expect(sent).toMatchObject([{ $case: 'catalog', value: { connectionId: 'shop' } }])
    await wait(5_000)
    expect(readings[0]?.request.known).toEqual(catalogState('a'))
    await finish(catalogState('a'))
    expect(sent).toHaveLength(1)
    await wait(5_000)
    await finish(undefined)
    expect(sent).toHaveLength(1)
    await wait(5_000)
    await finish(catalogState('b'))
    expect(sent).toHaveLength(2)
    watch.stop()
  })

  it('rests twenty times as long as checking took, and not for long', async () => {
    const { watch, readings, finish, wait } = watching()
    await finish(catalogState('a'), 1_000)
    await wait(15_000)
    expect(readings).toHaveLength(0)
    await wait(5_000)
    expect(readings).toHaveLength(1)
    await finish(undefined, 60_000)
    await wait(30_000)
    expect(readings).toHaveLength(1)
    watch.stop()
  })

  it('checks at once when something changed, whatever rest is left', async () => {
    const { watch, readings, finish } = watching()
    await finish(catalogState('a'), 400)
    watch.changed('shop', 'shop')
    expect(readings).toHaveLength(1)
    watch.stop()
  })

  it('reads at a pace what clients put in doubt, however often they do', async () => {
    const { watch, finish, wait, counts } = watching()
    await finish(catalogState('a'))
    for (let passed = 0; passed < 3_000; passed += 10) {
      watch.doubted('shop', 'shop')
      await wait(10)
      await finish(undefined)
    }
    expect(counts.readings - 1).toBeGreaterThanOrEqual(7)
    expect(counts.readings - 1).toBeLessThanOrEqual(9)
    watch.stop()
  })

  it('sends the parts that are wanted and announces again', async () => {
    const { watch, readings, sent, finish } = watching()
    watch.wanted({ connectionId: 'shop', database: 'shop', digest: '', parts: [16] })
    watch.wanted({ connectionId: 'shop', database: 'shop', digest: '', parts: [17] })
    await finish(catalogState('a'))
    const [{ request }] = readings as [Reading]
    expect([...request.wanted]).toEqual([16, 17])
    request.deliver(new Uint8Array([1]))
    await finish(catalogState('a'))
    expect(sent.map(({ $case }) => $case)).toEqual(['catalog', 'catalogPart', 'catalog'])
    watch.stop()
  })

  it('asks the less often for what fails, up to every half minute, and at once for a new session', async () => {
    const { watch, readings, fail, wait, counts } = watching()
    for (let round = 0; round < 24; round += 1) {
      await fail(new TargetError('ERR_TARGET_UNREACHABLE', 'away'))
      await wait(5_000)
    }
    // At 0, 10, 30, 60, 90 and 120 seconds.
    expect(counts.readings).toBe(6)
    await fail(new TargetError('ERR_TARGET_UNREACHABLE', 'away'))
    watch.use('shop', 'shop')
    await wait(0)
    expect(readings).toHaveLength(1)
    watch.stop()
  })

  it('forgets a database that is not there until a session names it again', async () => {
    const { watch, readings, sent, finish, fail, wait } = watching()
    await finish(catalogState('a'))
    watch.use('shop', 'nowhere')
    await wait(0)
    expect(readings[0]?.request.database).toBe('nowhere')
    const options = { retryable: false }
    await fail(new TargetError('ERR_TARGET_UNREACHABLE', 'no such database', options))
    expect(sent.at(-1)).toMatchObject({ $case: 'catalogFailure', value: { database: 'nowhere' } })
    await wait(60_000)
    expect(readings.map(({ request }) => request.database)).toEqual(['shop'])
    watch.use('shop', 'nowhere')
    await wait(0)
    expect(readings.at(-1)?.request.database).toBe('nowhere')
    watch.stop()
  })

  it('keeps the databases that were used last, and the own one of the connection', async () => {
    const { watch, readings, finish, wait } = watching()
    await finish(catalogState('a'))
    for (let number = 1; number <= 40; number += 1) {
      watch.use('shop', `db${number}`)
      await wait(0)
      await finish(catalogState('a'))
      watch.use('shop', 'db1')
    }
    await wait(30_000)
    const watched = new Set(readings.map(({ request }) => request.database))
    expect(watched).toContain('shop')
    expect(watched).toContain('db1')
    expect(watched).toContain('db40')
    expect(watched).not.toContain('db2')
    expect(watched.size).toBe(32)
    watch.stop()
  })
})
