import type { SpoolEntry } from '@wardgate/gateway'
import { ChangeSpotter } from './change-spotter'

type Intent = Extract<SpoolEntry, { kind: 'intent' }>

const spool = {
  append: () => undefined,
  written: () => undefined,
  durable: () => Promise.resolve(),
}
const place = { connectionId: 'shop', database: 'shop' }

function intentOf(operationId: string, action: string): SpoolEntry {
  const verdict = { actions: [{ action, resource: 'x' }] } as unknown as Intent['verdict']
  const operation = { kind: 'message' } as unknown as Intent['operation']
  return { kind: 'intent', sessionId: 's', operationId, operation, verdict, fromMemo: false }
}

/** A session that runs operations with these actions, and how often the catalog was found to have changed. */
function session() {
  let told = 0
  let operations = 0
  let doubts = 0
  const spotter = new ChangeSpotter(spool, {
    changed: () => (told += 1),
    doubted: () => (doubts += 1),
  })
  spotter.sessionOpened('s', place)
  const run = (action: string, code?: string): void => {
    operations += 1
    const operationId = String(operations)
    spotter.append(intentOf(operationId, action))
    const error = code === undefined ? undefined : { code, message: '' }
    const outcome = { status: 'succeeded' as const, rows: 0, bytes: 0, maskedCells: 0, error }
    spotter.append({ kind: 'outcome', sessionId: 's', operationId, outcome, durationMicros: 1 })
  }
  return { run, spotter, told: () => told, doubts: () => doubts }
}

describe('the spotter of changes', () => {
  it('tells of an operation that defines something when it has ended', () => {
    const { run, told } = session()
    run('read')
    expect(told()).toBe(0)
    run('alter')
    expect(told()).toBe(1)
  })

  it('tells again when the transaction of the change ends', () => {
    const { run, told } = session()
    run('transaction')
    expect(told()).toBe(0)
    run('create')
    run('transaction')
    expect(told()).toBe(2)
  })

  it('tells of a result that the decision had not expected', () => {
    const { run, spotter, told, doubts } = session()
    run('read', 'ERR_POLICY_STALE')
    expect(doubts()).toBe(1)
    spotter.append({ kind: 'refused', sessionId: 's', code: 'ERR_POLICY_STALE' } as SpoolEntry)
    expect(doubts()).toBe(2)
    spotter.append({ kind: 'session-ended', sessionId: 's' } as SpoolEntry)
    run('alter')
    expect([told(), doubts()]).toEqual([0, 2])
  })
})
