import { RecordingShare } from './recording-share'

function start() {
  const listeners: (() => void)[] = []
  const spool = {
    lastSequence: 0,
    acknowledged: 0,
    crowded: false,
    onAcknowledged: (listener: () => void) => {
      listeners.push(listener)
      return () => undefined
    },
  }
  const acknowledge = (sequence: number) => {
    spool.acknowledged = sequence
    for (const listener of listeners) listener()
  }
  const share = new RecordingShare(spool, 100)
  const record = (principalId: string, bytes: number) => {
    share.require(principalId, bytes)
    spool.lastSequence += 1
    share.appended(principalId, bytes)
  }
  return { spool, share, record, acknowledge }
}

describe('the share of the spool that recordings of one principal may take', () => {
  it('stops who records faster than the control plane stores, and nobody else', () => {
    const { record } = start()
    record('greedy', 60)
    record('greedy', 40)
    expect(() => record('greedy', 1)).toThrow('faster than the control plane')
    record('other', 100)
  })

  it('counts what several sessions of a principal record together, until it is stored', () => {
    const { spool, record } = start()
    record('one', 60)
    record('two', 10)
    record('one', 40)
    expect(() => record('one', 10)).toThrow('faster than the control plane')
    spool.acknowledged = 1
    record('one', 60)
    expect(() => record('one', 10)).toThrow('faster than the control plane')
    spool.acknowledged = 4
    record('one', 100)
  })

  it('is behind from its half on, and has room once the control plane has stored enough', async () => {
    const { share, record, acknowledge } = start()
    record('greedy', 40)
    expect(share.isBehind('greedy')).toBe(false)
    record('greedy', 20)
    expect(share.isBehind('greedy')).toBe(true)
    expect(share.isBehind('other')).toBe(false)
    const told: string[] = []
    const waiting = share.room('greedy').then(() => told.push('room'))
    acknowledge(0)
    await Promise.resolve()
    expect(told).toEqual([])
    acknowledge(1)
    await waiting
    expect(told).toEqual(['room'])
    await share.room('greedy')
  })

  it('is behind for everybody while the spool is crowded', async () => {
    const { share, spool, acknowledge } = start()
    spool.crowded = true
    expect(share.isBehind('anybody')).toBe(true)
    const waiting = share.room('anybody')
    spool.crowded = false
    acknowledge(0)
    await waiting
  })
})
