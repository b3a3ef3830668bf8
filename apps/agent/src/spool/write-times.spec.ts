import { WriteTimes } from './write-times'

describe('the times of what was written', () => {
  it('tells when a record was written, whatever was forgotten before it', () => {
    const times = new WriteTimes()
    times.note(1, 0)
    times.note(2, 5000)
    times.forgetBefore(3)
    times.note(3, 9000)
    expect(times.of(3)).toBe(9000)
    expect(times.of(4)).toBe(9000)
  })

  it('never makes a record younger than it is, however long the backlog grows', () => {
    const times = new WriteTimes()
    const records = 20_000
    for (let sequence = 1; sequence <= records; sequence += 1) times.note(sequence, sequence * 700)
    for (let sequence = 1; sequence <= records; sequence += 97) {
      times.forgetBefore(sequence)
      const told = times.of(sequence) ?? NaN
      expect(told).toBeLessThanOrEqual(sequence * 700)
      // Off by no more than what lies between two of the times that were kept.
      expect(told).toBeGreaterThan(sequence * 700 - 60_000)
    }
  })
})
