import { Backoff } from './backoff'

const waits = (backoff: Backoff, count: number): number[] =>
  Array.from({ length: count }, () => backoff.next())

describe('the waits between attempts', () => {
  it('double up to the longest, between the half and the whole of it', () => {
    const common = { firstMillis: 100, maximumMillis: 400 }
    expect(waits(new Backoff({ ...common, random: () => 0 }), 4)).toEqual([50, 100, 200, 200])
    expect(waits(new Backoff({ ...common, random: () => 1 }), 4)).toEqual([100, 200, 400, 400])
  })

  it('stay short for as many as are asked for, and grow then', () => {
    const backoff = new Backoff({
      firstMillis: 100,
      maximumMillis: 10_000,
      shortWaits: 3,
      random: () => 1,
    })
    expect(waits(backoff, 6)).toEqual([100, 100, 100, 100, 200, 400])
  })
})
