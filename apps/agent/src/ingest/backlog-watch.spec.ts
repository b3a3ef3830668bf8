import { createLogger } from '@wardgate/logger'
import { BacklogWatch } from './backlog-watch'

const minute = 60_000

beforeEach(() => jest.useFakeTimers({ now: 1_000_000_000 }))
afterEach(() => jest.useRealTimers())

function watched() {
  const log = createLogger({ name: 'test', level: 'silent' })
  const told = jest.spyOn(log, 'warn')
  const spool = {
    spoolId: 'spool-1',
    acknowledged: 3,
    lastSequence: 3,
    oldestUnacknowledged: undefined as number | undefined,
  }
  const clock = { now: () => Date.now(), micros: () => 0 }
  const watch = new BacklogWatch({ spool, clock, log })
  watch.start()
  return { spool, watch, told }
}

describe('the watch over what is not acknowledged', () => {
  it('tells once a minute how old the oldest entry is, for as long as none arrives', () => {
    const { spool, watch, told } = watched()
    Object.assign(spool, { lastSequence: 10, oldestUnacknowledged: Date.now() })
    jest.advanceTimersByTime(3 * minute)
    expect(told).toHaveBeenCalledTimes(3)
    expect(told).toHaveBeenLastCalledWith(
      { spoolId: 'spool-1', acknowledged: 3, entries: 7, oldestSeconds: 180 },
      'audit entries are not acknowledged',
    )
    expect(watch.warnings()).toEqual(['oldest unacknowledged entry is 180 s old, 7 entries'])
    Object.assign(spool, { acknowledged: 10, oldestUnacknowledged: undefined })
    jest.advanceTimersByTime(minute)
    expect(told).toHaveBeenCalledTimes(3)
    expect(watch.backlog).toEqual({ entries: 0, oldestSeconds: 0 })
    watch.stop()
  })

  it('does not tell of entries that are under way', () => {
    const { spool, watch, told } = watched()
    jest.advanceTimersByTime(minute - 5_000)
    Object.assign(spool, { lastSequence: 900, oldestUnacknowledged: Date.now() })
    jest.advanceTimersByTime(5_000)
    expect(told).not.toHaveBeenCalled()
    expect(watch.warnings()).toEqual([])
    watch.stop()
  })
})
