import { PassThrough } from 'node:stream'
import type { UpstreamConnection } from './connection'
import { IdleConnections, type Keeping } from './idle-connections'

function connection(): UpstreamConnection {
  return { stream: new PassThrough() } as unknown as UpstreamConnection
}

function keeping(key: string, owner: string, connectionId = 'shop'): Keeping {
  const limits = { mostOfOwner: 4, mostOfConnection: 10, idleMillis: 60_000 }
  return { key, owner, connectionId, ...limits }
}

/** How many of these are still open. */
const open = (kept: readonly UpstreamConnection[]) =>
  kept.filter(({ stream }) => !stream.destroyed).length

describe('idle connections', () => {
  let idle: IdleConnections

  beforeEach(() => {
    idle = new IdleConnections(24)
  })

  afterEach(() => idle.clear())

  function putMany(count: number, place: (number: number) => Keeping): UpstreamConnection[] {
    return Array.from({ length: count }, (_, number) => {
      const kept = connection()
      if (!idle.put(kept, place(number))) kept.stream.destroy()
      return kept
    })
  }

  it('go to who asks by their key, the one used last first', () => {
    const [first, second] = putMany(2, () => keeping('a', 'robot'))
    expect(idle.take('b')).toBeUndefined()
    expect(idle.take('a')).toBe(second)
    expect(idle.take('a')).toBe(first)
    expect(idle.take('a')).toBeUndefined()
  })

  it('are as many as their owner may have, whatever settings it asks for', () => {
    const kept = putMany(20, (number) => keeping(`application ${number}`, 'robot'))
    expect(open(kept)).toBe(4)
    expect(idle.take('application 19')).toBe(kept[19])
    expect(idle.take('application 15')).toBeUndefined()
  })

  it('leave the target room, however many owners there are; those idle for longest go first', () => {
    const kept = putMany(30, (number) => keeping('any', `robot ${number}`))
    const others = putMany(3, () => keeping('other', 'robot', 'other'))
    expect(open(kept)).toBe(10)
    expect(open(others)).toBe(3)
    expect(kept.findIndex(({ stream }) => !stream.destroyed)).toBe(20)
  })

  it('are no more than all connections may have together', () => {
    const kept = putMany(30, (number) => keeping('any', `robot ${number}`, `of ${number}`))
    expect(open(kept)).toBe(24)
  })

  it('are given up when the target speaks or closes', () => {
    const [speaking, closing] = putMany(2, () => keeping('a', 'robot')) as [
      UpstreamConnection,
      UpstreamConnection,
    ]
    closing.stream.destroy()
    speaking.stream.emit('data', Buffer.from('N'))
    expect(speaking.stream.destroyed).toBe(true)
    expect(idle.take('a')).toBeUndefined()
  })
})
