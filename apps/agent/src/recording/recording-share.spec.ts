import { RecordingShare } from './recording-share'

function start() {
  const spool = { lastSequence: 0, acknowledged: 0 }
  const share = new RecordingShare(spool, 100)
  const record = (principalId: string, bytes: number) => {
    share.require(principalId, bytes)
    spool.lastSequence += 1
    share.appended(principalId, bytes)
  }
  return { spool, share, record }
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
})
