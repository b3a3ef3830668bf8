import { ApprovalError, errorCodes, SessionError } from '@wardgate/errors'
import { defaultLimits } from '../limits'
import { fakeGate, fakeHold, statement } from '../testing'

const remove = statement('delete from orders where id = 7')

async function heldGate(hold: Partial<typeof fakeHold> = {}) {
  const parts = fakeGate()
  const script = parts.controlPlane.hold(hold)
  parts.controlPlane.answer = () => script
  const told: unknown[] = []
  const result = Promise.resolve(
    parts.gate.submit(remove, { held: (message) => told.push(message) }),
  )
  result.catch(() => undefined)
  await parts.controlPlane.untilAsked(1)
  await new Promise(setImmediate)
  return { ...parts, script, told, result }
}

it('waits while it is held, tells so once, and runs when it is approved', async () => {
  const { result, script, told, controlPlane, clock, spool } = await heldGate()
  const { approvalId, url, message } = fakeHold
  expect(told).toEqual([{ approvalId, url, message }])
  expect(spool.entries).toEqual([])
  clock.advance(fakeHold.holdMillis - 1)
  script.decide(controlPlane.allow({ approvalId }))
  await expect(result).resolves.toMatchObject({ kind: 'permit' })
  expect(controlPlane.withdrawn).toEqual([])
  expect(clock.pendingTimers).toBe(0)
})

it('is denied when an approver rejects it', async () => {
  const { result, script, controlPlane, spool } = await heldGate()
  script.decide(controlPlane.deny(new ApprovalError('ERR_APPROVAL_REJECTED', 'not today')))
  await expect(result).resolves.toMatchObject({ error: { code: 'ERR_APPROVAL_REJECTED' } })
  expect(spool.of('refused')).toMatchObject([{ code: 'ERR_APPROVAL_REJECTED' }])
})

it('says what needs approval, where that is, and to send it again when the hold has elapsed', async () => {
  const { result, clock, controlPlane, spool } = await heldGate()
  clock.advance(fakeHold.holdMillis)
  const denial = await result
  expect(denial).toMatchObject({
    kind: 'denial',
    error: { code: 'ERR_APPROVAL_PENDING', retryable: true },
  })
  const { message } = (denial as { error: Error }).error
  const { approvalId, url, message: why } = fakeHold
  expect(message).toBe(`${why}; approval ${approvalId} is pending at ${url}`)
  expect(errorCodes.ERR_APPROVAL_PENDING.nextStep).toContain('Send the identical operation again')
  expect(controlPlane.withdrawn).toMatchObject([{ reason: 'hold-elapsed' }])
  expect(spool.of('refused')).toMatchObject([{ code: 'ERR_APPROVAL_PENDING' }])
})

it('never executes a verdict that comes after the withdrawal', async () => {
  const { result, clock, controlPlane, script, spool } = await heldGate()
  clock.advance(fakeHold.holdMillis)
  script.decide(controlPlane.allow({ approvalId: fakeHold.approvalId }))
  await expect(result).resolves.toMatchObject({ kind: 'denial' })
  await new Promise(setImmediate)
  expect(spool.of('intent')).toEqual([])
  expect(controlPlane.withdrawn).toHaveLength(1)
})

it('is withdrawn when the client cancels', async () => {
  const { result, gate, controlPlane, script, spool } = await heldGate()
  expect(gate.withdraw()).toBe(true)
  expect(gate.withdraw()).toBe(false)
  script.decide(controlPlane.allow())
  await expect(result).resolves.toMatchObject({ error: { code: 'ERR_APPROVAL_CANCELLED' } })
  expect(controlPlane.withdrawn).toMatchObject([{ reason: 'abandoned' }])
  expect(spool.of('intent')).toEqual([])
})

it('is abandoned and recorded when the session ends', async () => {
  const { result, ending, controlPlane, script, spool, context } = await heldGate()
  ending.abort(new SessionError('ERR_SESSION_CLIENT_GONE', 'gone'))
  script.decide(controlPlane.allow())
  await expect(result).rejects.toMatchObject({ code: 'ERR_SESSION_CLIENT_GONE' })
  expect(controlPlane.withdrawn).toMatchObject([{ reason: 'abandoned' }])
  expect(spool.of('refused')).toMatchObject([{ code: 'ERR_SESSION_CLIENT_GONE' }])
  expect(spool.of('intent')).toEqual([])
  expect(context.waiting.size).toBe(0)
})

it('asks for a retry at once when the rule holds for no time', async () => {
  const { result, clock } = await heldGate({ holdMillis: 0 })
  clock.advance(0)
  await expect(result).resolves.toMatchObject({ error: { code: 'ERR_APPROVAL_PENDING' } })
})

it('holds no longer than the gateway permits, whatever the rule says', async () => {
  const { result, clock } = await heldGate({ holdMillis: Number.MAX_SAFE_INTEGER })
  clock.advance(defaultLimits.holdMillis)
  await expect(result).resolves.toMatchObject({ error: { code: 'ERR_APPROVAL_PENDING' } })
})

it('keeps waiting when the client cannot be told that it waits', async () => {
  const { gate, controlPlane } = fakeGate()
  const script = controlPlane.hold()
  controlPlane.answer = () => script
  const result = gate.submit(remove, {
    held: () => {
      throw new Error('socket closed')
    },
  })
  await controlPlane.untilAsked(1)
  script.decide(controlPlane.allow())
  await expect(result).resolves.toMatchObject({ kind: 'permit' })
})

describe('what an engine may ask of a hold', () => {
  async function heldWith(listener: {
    readonly maxMillis?: number
    readonly signal?: AbortSignal
  }) {
    const parts = fakeGate()
    parts.controlPlane.answer = () => parts.controlPlane.hold()
    const result = parts.gate.submit(remove, { held: () => undefined, ...listener })
    await parts.controlPlane.untilAsked(1)
    await new Promise(setImmediate)
    return { ...parts, result }
  }

  it('ends it earlier than the rule, and leaves the approval open', async () => {
    const { result, clock, controlPlane } = await heldWith({ maxMillis: 5_000 })
    clock.advance(5_000)
    await expect(result).resolves.toMatchObject({ error: { code: 'ERR_APPROVAL_PENDING' } })
    expect(controlPlane.withdrawn).toMatchObject([{ reason: 'hold-elapsed' }])
  })

  it('never makes it longer than the rule', async () => {
    const { result, clock } = await heldWith({ maxMillis: 10 * fakeHold.holdMillis })
    clock.advance(fakeHold.holdMillis)
    await expect(result).resolves.toMatchObject({ error: { code: 'ERR_APPROVAL_PENDING' } })
  })

  it('withdraws one operation while its session goes on', async () => {
    const leaving = new AbortController()
    const { result, controlPlane, gate } = await heldWith({ signal: leaving.signal })
    leaving.abort()
    await expect(result).resolves.toMatchObject({ error: { code: 'ERR_APPROVAL_CANCELLED' } })
    expect(controlPlane.withdrawn).toMatchObject([{ reason: 'abandoned' }])
    controlPlane.answer = () => controlPlane.allow()
    await expect(gate.submit(remove)).resolves.toMatchObject({ kind: 'permit' })
  })
})
