import { AuditError, PolicyError, SessionError, type GatewayError } from '@wardgate/errors'
import { defaultLimits } from '../limits'
import type { Denial, Permit } from '../protocol'
import { fakeGate, fakeGrant, FakeControlPlane, MemorySpool, statement } from '../testing'

const select = statement('select 1')
const succeeded = { status: 'succeeded', rows: 1, bytes: 9, maskedCells: 0 } as const

function permitOf(result: Permit | Denial): Permit {
  if (result.kind !== 'permit') throw result.error
  return result
}

function errorOf(result: Permit | Denial): GatewayError {
  if (result.kind !== 'denial') throw new Error('not denied')
  return result.error
}

describe('an allowed operation', () => {
  it('has its intent in the spool before its permit exists, and one outcome after', async () => {
    const { gate, spool } = fakeGate()
    const permit = permitOf(await gate.submit(select))
    expect(spool.entries.map(({ kind }) => kind)).toEqual(['intent'])
    permit.settle(succeeded)
    expect(spool.entries.map(({ kind }) => kind)).toEqual(['intent', 'outcome'])
    expect(spool.of('outcome')[0]).toMatchObject({
      operationId: permit.operationId,
      outcome: succeeded,
    })
    expect(spool.of('intent')[0]).toMatchObject({ operation: select, fromMemo: false })
  })

  it('carries the obligations of its verdict', async () => {
    const { gate, controlPlane } = fakeGate()
    controlPlane.answer = () => controlPlane.allow({ rowLimit: 5, readOnly: true, lines: true })
    expect(permitOf(await gate.submit(select))).toMatchObject({
      rowLimit: 5,
      readOnly: true,
      lines: true,
    })
  })

  it.each([
    ['an empty plan', {}, true],
    ['a plan of known width', { width: 2 }, false],
    [
      'a detector',
      { detectors: [{ detector: 'email', rule: 'pii', method: { kind: 'redact' } }] },
      false,
    ],
    ['unknown origins', { unknownOrigin: { rule: 'pii', method: { kind: 'redact' } } }, false],
  ] as const)('says for %s whether results may pass unread', async (_name, plan, unmasked) => {
    const { gate, controlPlane } = fakeGate()
    const masking = { columns: [], origins: [], detectors: [], ...plan }
    controlPlane.answer = () => controlPlane.allow({ masking })
    expect(permitOf(await gate.submit(select)).unmasked).toBe(unmasked)
  })

  it('is settled once: a second outcome is dropped and logged', async () => {
    const { gate, spool, log } = fakeGate()
    const permit = permitOf(await gate.submit(select))
    permit.settle(succeeded)
    permit.settle({ ...succeeded, rows: 2 })
    expect(spool.of('outcome')).toHaveLength(1)
    expect(log.lines).toContainEqual(
      expect.objectContaining({ level: 'warn', message: 'settled twice' }),
    )
  })

  it('gets the outcome unknown when the session ends while it runs', async () => {
    const { gate, spool } = fakeGate()
    await gate.submit(select)
    gate.end()
    gate.end()
    expect(spool.of('outcome').map(({ outcome }) => outcome.status)).toEqual(['unknown'])
  })

  it('ends the session when its outcome cannot be written', async () => {
    const { gate, spool, ending } = fakeGate()
    const permit = permitOf(await gate.submit(select))
    spool.fill()
    permit.settle(succeeded)
    expect(ending.signal.reason).toMatchObject({ code: 'ERR_AUDIT_UNAVAILABLE' })
    await expect(gate.submit(select)).rejects.toMatchObject({ code: 'ERR_AUDIT_UNAVAILABLE' })
  })
})

it('has its permit at once when the memo knows it and its intent has left the process', async () => {
  const { gate, controlPlane } = fakeGate()
  controlPlane.answer = () => controlPlane.allow({}, { memo: 'exact' })
  expect(gate.submit(select)).toBeInstanceOf(Promise)
  await controlPlane.untilAsked(1)
  await new Promise(setImmediate)
  expect(gate.submit(select)).toMatchObject({ kind: 'permit' })
})

describe('a denied operation', () => {
  it('is told why and is recorded, also when the verdict comes from the memo', async () => {
    const { gate, controlPlane, spool } = fakeGate()
    const actions = [{ action: 'drop', resource: 'table:public.orders' }]
    const summary = 'DROP on public.orders'
    controlPlane.answer = () => controlPlane.deny(undefined, { memo: 'exact', actions, summary })
    await gate.submit(select)
    expect(errorOf(await gate.submit(select)).code).toBe('ERR_POLICY_DENIED')
    expect(controlPlane.asked).toHaveLength(1)
    expect(spool.of('refused')).toHaveLength(2)
    expect(spool.of('refused')[1]).toMatchObject({
      code: 'ERR_POLICY_DENIED',
      verdict: { determinedBy: [{ policy: 'shop', rule: 'no-ddl' }], summary, actions },
    })
    expect(spool.of('intent')).toHaveLength(0)
  })

  it('learns no reason when the refusal cannot be recorded', async () => {
    const { gate, controlPlane, spool } = fakeGate()
    controlPlane.answer = () => controlPlane.deny()
    spool.fill()
    expect(errorOf(await gate.submit(select)).code).toBe('ERR_AUDIT_UNAVAILABLE')
  })

  it('does not show an internal cause, but where to find it', async () => {
    const { gate, controlPlane } = fakeGate()
    controlPlane.answer = () => Promise.reject(new Error('password is hunter2'))
    const error = errorOf(await gate.submit(select))
    expect(error.code).toBe('ERR_INTERNAL')
    expect(error.message).not.toContain('hunter2')
    expect(error.message).toMatch(/operation [0-9a-f-]{36}/)
  })
})

describe('outages', () => {
  it('refuses when the intent cannot be written', async () => {
    const { gate, spool, context } = fakeGate()
    spool.full.add('intent')
    expect(errorOf(await gate.submit(select)).code).toBe('ERR_AUDIT_UNAVAILABLE')
    expect(context.unsettled.size).toBe(0)
    expect(spool.entries).toEqual([])
  })

  it('refuses with the audit code whatever the spool throws', async () => {
    const spool = new MemorySpool()
    spool.append = () => {
      throw new TypeError('broken')
    }
    expect(errorOf(await fakeGate({ spool }).gate.submit(select)).code).toBe(
      'ERR_AUDIT_UNAVAILABLE',
    )
  })

  it('refuses and records when the control plane cannot be reached', async () => {
    const { gate, controlPlane, spool } = fakeGate()
    controlPlane.isDown = true
    expect(errorOf(await gate.submit(select)).code).toBe('ERR_CONTROL_UNAVAILABLE')
    expect(spool.of('refused')).toMatchObject([{ code: 'ERR_CONTROL_UNAVAILABLE' }])
  })

  it('refuses when the control plane does not answer in time, and never acts on its late answer', async () => {
    const { gate, controlPlane, clock, spool } = fakeGate()
    let answerLate: () => void = () => undefined
    controlPlane.answer = () =>
      new Promise((resolve) => (answerLate = () => resolve(controlPlane.allow())))
    const result = gate.submit(select)
    clock.advance(defaultLimits.decideMillis)
    expect(errorOf(await result).code).toBe('ERR_CONTROL_UNAVAILABLE')
    answerLate()
    await new Promise(setImmediate)
    expect(spool.of('intent')).toHaveLength(0)
    expect(controlPlane.withdrawn).toMatchObject([{ reason: 'abandoned' }])
  })

  it('lets nothing more through than the limit of operations in flight', async () => {
    const { gate, spool } = fakeGate({ limits: { ...defaultLimits, operationsInFlight: 2 } })
    await gate.submit(select)
    const second = permitOf(await gate.submit(select))
    expect(errorOf(await gate.submit(select)).code).toBe('ERR_LIMIT_OPERATIONS')
    expect(spool.of('refused')).toMatchObject([{ code: 'ERR_LIMIT_OPERATIONS' }])
    second.settle(succeeded)
    permitOf(await gate.submit(select))
  })
})

describe('the fsync policy batched', () => {
  it('gives no permit before the intent has left the process', async () => {
    const { gate, spool } = fakeGate()
    let wrote: () => void = () => undefined
    spool.write = new Promise((resolve) => (wrote = resolve))
    let isPermitted = false
    const result = Promise.resolve(gate.submit(select)).then(() => (isPermitted = true))
    await new Promise(setImmediate)
    expect(spool.of('intent')).toHaveLength(1)
    expect(isPermitted).toBe(false)
    wrote()
    await result
    expect(isPermitted).toBe(true)
  })

  it('refuses when the write fails, and closes the intent', async () => {
    const { gate, spool } = fakeGate()
    spool.write = Promise.reject(new AuditError('ERR_AUDIT_UNAVAILABLE', 'the disk is full'))
    expect(errorOf(await gate.submit(select)).code).toBe('ERR_AUDIT_UNAVAILABLE')
    expect(spool.of('outcome').map(({ outcome }) => outcome.status)).toEqual(['cancelled'])
  })
})

describe('the fsync policy before-forward', () => {
  function durableGate() {
    const controlPlane = new FakeControlPlane()
    controlPlane.grant = fakeGrant({ fsync: 'before-forward' })
    const session = controlPlane.session()
    return { ...fakeGate({ session, controlPlane }), controlPlane }
  }

  it('gives no permit before the intent is on disk', async () => {
    const { gate, spool } = durableGate()
    let flushed: () => void = () => undefined
    spool.flush = new Promise((resolve) => (flushed = resolve))
    let isPermitted = false
    const result = Promise.resolve(gate.submit(select)).then(() => (isPermitted = true))
    await new Promise(setImmediate)
    expect(spool.of('intent')).toHaveLength(1)
    expect(isPermitted).toBe(false)
    flushed()
    await result
    expect(isPermitted).toBe(true)
  })

  it('refuses when the disk fails, and closes the intent', async () => {
    const { gate, spool } = durableGate()
    spool.flush = Promise.reject(new AuditError('ERR_AUDIT_UNAVAILABLE', 'fdatasync failed'))
    expect(errorOf(await gate.submit(select)).code).toBe('ERR_AUDIT_UNAVAILABLE')
    expect(spool.of('outcome').map(({ outcome }) => outcome.status)).toEqual(['cancelled'])
  })

  it('gives no permit when the session is killed while the disk works', async () => {
    const { gate, spool, ending } = durableGate()
    let flushed: () => void = () => undefined
    spool.flush = new Promise((resolve) => (flushed = resolve))
    const result = gate.submit(select)
    await spool.until(() => spool.of('intent').length === 1)
    ending.abort(new SessionError('ERR_SESSION_KILLED', 'killed'))
    flushed()
    await expect(result).rejects.toMatchObject({ code: 'ERR_SESSION_KILLED' })
    expect(spool.of('outcome').map(({ outcome }) => outcome.status)).toEqual(['cancelled'])
  })
})

describe('policy epochs', () => {
  it('asks once more when the policy changed while the answer was under way', async () => {
    const { gate, controlPlane, spool } = fakeGate()
    controlPlane.answer = () => {
      const verdict = controlPlane.allow()
      if (controlPlane.asked.length === 1) controlPlane.epoch = 2n
      return verdict
    }
    const permit = permitOf(await gate.submit(select))
    expect(controlPlane.asked).toHaveLength(2)
    expect(controlPlane.asked[0]?.operationId).not.toBe(permit.operationId)
    expect(spool.of('intent')).toMatchObject([{ operationId: permit.operationId }])
  })

  it('refuses what stays void, and an approval that was used under an older policy', async () => {
    const { gate, controlPlane } = fakeGate()
    controlPlane.answer = () => controlPlane.allow({}, { epoch: 0n })
    expect(errorOf(await gate.submit(select)).code).toBe('ERR_POLICY_STALE')
    expect(controlPlane.asked).toHaveLength(2)
    controlPlane.answer = () => controlPlane.allow({ approvalId: 'apr_1' }, { epoch: 0n })
    expect(errorOf(await gate.submit(select)).code).toBe('ERR_POLICY_STALE')
    expect(controlPlane.asked).toHaveLength(3)
  })

  it('takes a verdict of a newer epoch than the agent has heard of', async () => {
    const { gate, controlPlane } = fakeGate()
    controlPlane.answer = () => controlPlane.allow({}, { epoch: 9n, memo: 'exact' })
    permitOf(await gate.submit(select))
    permitOf(await gate.submit(select))
    expect(controlPlane.asked).toHaveLength(2)
  })
})

it('starts nothing in a session that has ended', async () => {
  const { gate, controlPlane, spool, ending } = fakeGate()
  ending.abort(new SessionError('ERR_SESSION_KILLED', 'killed'))
  await expect(gate.submit(select)).rejects.toMatchObject({ code: 'ERR_SESSION_KILLED' })
  expect(controlPlane.asked).toEqual([])
  expect(spool.entries).toEqual([])
})

it('keeps the code and text of a refusal that the control plane wrote', async () => {
  const { gate, controlPlane } = fakeGate()
  const error = new PolicyError(
    'ERR_POLICY_DENIED',
    'Schema changes go through a migration review.',
  )
  controlPlane.answer = () => controlPlane.deny(error)
  expect(errorOf(await gate.submit(select))).toBe(error)
})
