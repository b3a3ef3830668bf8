import { ApprovalError } from '@wardgate/errors'
import type { ConformanceStage } from '../conformance-stage'
import { fakeHold } from '../fake-control-plane'
import { idle, type Cases } from './case'

/** Operations that wait for a person. */
export const holds: Cases = {
  'releases a held operation when it is approved, and not before': async (stage, { write }) => {
    const { client, script, answered } = await held(stage, write.text)
    expect(client.notices()).toContain(fakeHold.approvalId)
    expect(stage.target.received().includes(write.text)).toBe(false)
    script.decide(stage.controlPlane.allow({ approvalId: fakeHold.approvalId }))
    expect(await answered).toMatchObject({ kind: 'result' })
    expect(stage.target.received().includes(write.text)).toBe(true)
  },

  'tells a held operation that it was rejected': async (stage, { write, read }) => {
    const { client, script, answered } = await held(stage, write.text)
    const error = new ApprovalError('ERR_APPROVAL_REJECTED', 'carol rejected it: not today')
    script.decide(stage.controlPlane.deny(error))
    expect(await answered).toMatchObject({
      kind: 'error',
      text: expect.stringContaining('not today'),
    })
    expect(stage.target.received().includes(write.text)).toBe(false)
    stage.controlPlane.answer = () => stage.controlPlane.allow()
    expect(await client.run(read.text)).toMatchObject({ kind: 'result' })
  },

  'asks for a retry when the hold has elapsed, and ignores a late approval': async (stage, h) => {
    const { script, answered } = await held(stage, h.write.text)
    stage.clock.advance(fakeHold.holdMillis)
    const answer = await answered
    expect(answer).toMatchObject({ kind: 'error', text: expect.stringContaining(fakeHold.url) })
    expect(answer).toMatchObject({ text: expect.stringContaining('ERR_APPROVAL_PENDING') })
    script.decide(stage.controlPlane.allow({ approvalId: fakeHold.approvalId }))
    await idle()
    expect(stage.controlPlane.withdrawn).toMatchObject([{ reason: 'hold-elapsed' }])
    expect(stage.target.received().includes(h.write.text)).toBe(false)
  },

  'abandons a held operation when the client goes away': async (stage, { write }) => {
    const { client, script } = await held(stage, write.text)
    client.destroy()
    await stage.spool.until(({ entries }) => entries.some(({ kind }) => kind === 'session-ended'))
    script.decide(stage.controlPlane.allow({ approvalId: fakeHold.approvalId }))
    await idle()
    expect(stage.controlPlane.withdrawn).toMatchObject([{ reason: 'abandoned' }])
    expect(stage.spool.of('intent')).toEqual([])
    expect(stage.target.received().includes(write.text)).toBe(false)
  },

  'withdraws a held operation when the client cancels': async (stage, harness) => {
    if (harness.cancel === undefined) throw new Error('skip this case with a reason')
    const { client, answered } = await held(stage, harness.write.text)
    await harness.cancel(stage.open(), client)
    expect(await answered).toMatchObject({ kind: 'error' })
    expect(stage.controlPlane.withdrawn).toMatchObject([{ reason: 'abandoned' }])
    expect(stage.target.received().includes(harness.write.text)).toBe(false)
    stage.controlPlane.answer = () => stage.controlPlane.allow()
    expect(await client.run(harness.read.text)).toMatchObject({ kind: 'result' })
  },

  'ends a session that is killed while it holds, and forwards nothing': async (
    stage,
    { write },
  ) => {
    const { client, script } = await held(stage, write.text)
    stage.controlPlane.kill()
    script.decide(stage.controlPlane.allow({ approvalId: fakeHold.approvalId }))
    await client.ended
    expect(stage.controlPlane.withdrawn).toMatchObject([{ reason: 'abandoned' }])
    expect(stage.spool.of('intent')).toEqual([])
    expect(stage.target.received().includes(write.text)).toBe(false)
  },
}

async function held(stage: ConformanceStage, text: string) {
  const script = stage.controlPlane.hold()
  stage.controlPlane.answer = () => script
  const client = await stage.client()
  const answered = client.run(text)
  await stage.controlPlane.untilAsked(1)
  await idle()
  return { client, script, answered }
}
