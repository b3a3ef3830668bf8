import { WriteTimes } from './write-times'

describe('the times of what was written', () => {
  it('tells the oldest one that still counts', () => {
    const times = new WriteTimes()
    times.note(1, 0)
    times.note(2, 5000)
    times.note(3, 9000)
    expect(times.oldest).toBe(0)
    times.forgetBefore(2)
    expect(times.oldest).toBe(5000)
    times.forgetBefore(3)
    expect(times.oldest).toBe(9000)
  })

  it('never makes a record younger than it is, however long the backlog grows', () => {
    const times = new WriteTimes()
    const records = 20_000
    for (let sequence = 1; sequence <= records; sequence += 1) times.note(sequence, sequence * 700)
    for (let sequence = 1; sequence <= records; sequence += 97) {
      times.forgetBefore(sequence)
      expect(times.oldest).toBeLessThanOrEqual(sequence * 700)
    }
    // Off by no more than what lies between two of the times that were kept.
    expect(times.oldest).toBeGreaterThan(records * 700 - 60_000)
  })
})
