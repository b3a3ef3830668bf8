import { SessionError } from '@wardgate/errors'
import { fakeGate, statement } from './testing'

describe('what is recorded', () => {
  type Mode = 'full' | 'statements' | 'off'
  const full = 'full' as const
  const select = statement('SELECT 1')

  async function twoAtOnce(first: Mode, second: Mode) {
    const recorded: string[] = []
    const marked: string[] = []
    const { gate, controlPlane } = fakeGate({
      recorder: {
        record: (_what, chunk) => void recorded.push(Buffer.from(chunk).toString()),
        isBehind: false,
        room: () => Promise.resolve(),
        mark: (operationId) => void marked.push(operationId),
        end: () => undefined,
      },
    })
    controlPlane.answer = () => controlPlane.allow({ recording: first })
    const one = await gate.submit(select)
    controlPlane.answer = () => controlPlane.allow({ recording: second })
    const other = await gate.submit(select)
    if (one.kind !== 'permit' || other.kind !== 'permit') throw new Error('not allowed')
    return { gate, one, other, recorded, marked }
  }

  it('is said by the operation that it belongs to, when several run at once', async () => {
    const { gate, one, other, recorded } = await twoAtOnce('off', full)
    gate.record('out', Buffer.from('one'), one)
    gate.record('out', Buffer.from('other'), other)
    expect(recorded).toEqual(['other'])
  })

  it('is said by the oldest operation where none is named', async () => {
    const { gate, recorded } = await twoAtOnce(full, 'off')
    gate.record('out', Buffer.from('of the oldest'))
    expect(recorded).toEqual(['of the oldest'])
  })

  it('has beside each part of an answer whose it is, so that none passes for a part of another', async () => {
    const { gate, one, other, marked } = await twoAtOnce(full, full)
    marked.length = 0
    const part = Buffer.from('a')
    gate.record('out-head', part, one)
    gate.record('out-head', part, other)
    gate.record('out-more', part, one)
    gate.record('out-head', part)
    expect(marked).toEqual([one.operationId, other.operationId, one.operationId, ''])
  })

  it('keeps to what the client sent where statements alone are recorded', async () => {
    const { gate, one, recorded } = await twoAtOnce('statements', full)
    const said = ['in', 'in-head', 'in-message', 'out', 'out-head', 'out-more'] as const
    for (const what of said) gate.record(what, Buffer.from(what), one)
    expect(recorded).toEqual(['in', 'in-head', 'in-message'])
  })
})

describe('a recording that is behind', () => {
  function behind() {
    let makeRoom: () => void = () => undefined
    const recorder = {
      isBehind: true,
      room: () => new Promise<void>((resolve) => (makeRoom = resolve)),
      record: () => undefined,
      mark: () => undefined,
      end: () => undefined,
    }
    return { ...fakeGate({ recorder }), recorder, makeRoom: () => makeRoom() }
  }

  it('is waited for until it has room', async () => {
    const { gate, makeRoom } = behind()
    expect(gate.isBehind).toBe(true)
    const waiting = gate.caughtUp()
    makeRoom()
    await expect(waiting).resolves.toBeUndefined()
  })

  it('is not waited for longer than its limit: fails closed and says why', async () => {
    const { gate, clock, context } = behind()
    const waiting = gate.caughtUp()
    clock.advance(context.limits.recordMillis)
    await expect(waiting).rejects.toMatchObject({
      code: 'ERR_AUDIT_UNAVAILABLE',
      message: expect.stringContaining('nothing was stored for 30 s'),
    })
  })

  it('is not waited for when the session ends', async () => {
    const { gate, ending } = behind()
    const waiting = gate.caughtUp()
    ending.abort(new SessionError('ERR_SESSION_KILLED', 'killed'))
    await expect(waiting).rejects.toMatchObject({ code: 'ERR_SESSION_KILLED' })
  })

  it('is none where nothing is recorded', async () => {
    const { gate } = fakeGate()
    expect(gate.isBehind).toBe(false)
    await expect(gate.caughtUp()).resolves.toBeUndefined()
  })
})
