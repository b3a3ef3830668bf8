import { AuthError } from '@wardgate/errors'
import { idle, type Cases } from './case'

/** Logins, targets, sessions and services that fail or end. */
export const outages: Cases = {
  'refuses logins in-protocol and never dials for them': async (stage) => {
    const text = 'the token expired'
    stage.controlPlane.refusal = new AuthError('ERR_AUTH_EXPIRED_TOKEN', text)
    const answer = await stage.connect()
    expect(answer).toMatchObject({ kind: 'refused', text: expect.stringContaining(text) })
    expect(stage.target.received().length).toBe(0)
    expect(stage.spool.of('login-refused')).toMatchObject([{ code: 'ERR_AUTH_EXPIRED_TOKEN' }])
  },

  'gives up on a client that does not finish its handshake': async (stage) => {
    const stream = stage.open()
    const closed = new Promise((resolve) => stream.once('close', resolve))
    stream.resume()
    await idle()
    stage.clock.advance(60_000)
    await closed
    expect(stage.spool.of('login-refused')).toMatchObject([{ code: 'ERR_AUTH_TIMEOUT' }])
    expect(stage.controlPlane.opened).toEqual([])
  },

  'tells that the target is gone, and that the end of the operation is unknown': async (
    stage,
    h,
  ) => {
    const client = await stage.client()
    stage.target.stall()
    const answered = client.run(h.write.text)
    await stage.spool.until(({ entries }) => entries.some(({ kind }) => kind === 'intent'))
    await idle()
    stage.target.lose()
    expect((await answered).kind).not.toBe('result')
    await client.ended
    await stage.spool.until(({ entries }) => entries.some(({ kind }) => kind === 'session-ended'))
    expect(stage.spool.of('outcome')).toMatchObject([{ outcome: { status: 'unknown' } }])
    expect(stage.spool.of('session-ended')).toMatchObject([{ errorCode: 'ERR_TARGET_LOST' }])
  },

  'tells that the target cannot be reached': async (stage) => {
    stage.isTargetReachable = false
    const answer = await stage.connect()
    expect(answer.kind).toBe('refused')
    expect(stage.spool.of('intent')).toEqual([])
  },

  'ends a session that is killed while it runs': async (stage, { write }) => {
    const client = await stage.client()
    stage.target.stall()
    const answered = client.run(write.text)
    await stage.spool.until(({ entries }) => entries.some(({ kind }) => kind === 'intent'))
    stage.controlPlane.kill()
    expect((await answered).kind).not.toBe('result')
    await client.ended
    await stage.spool.until(({ entries }) => entries.some(({ kind }) => kind === 'session-ended'))
    expect(stage.spool.of('session-ended')).toMatchObject([
      { reason: 'killed', errorCode: 'ERR_SESSION_KILLED' },
    ])
  },

  'ends an idle session when the agent shuts down': async (stage, { read }) => {
    const client = await stage.client()
    await client.run(read.text)
    const drained = stage.gateway.drain(1_000)
    stage.clock.advance(1_000)
    await client.ended
    await drained
    expect(stage.spool.of('session-ended')).toMatchObject([{ reason: 'drained' }])
  },

  'runs nothing while the audit spool is full': async (stage, { write }) => {
    const client = await stage.client()
    stage.spool.full.add('intent')
    const answer = await client.run(write.text)
    expect(answer).toMatchObject({ text: expect.stringContaining('ERR_AUDIT_UNAVAILABLE') })
    expect(stage.target.received().includes(write.text)).toBe(false)
  },

  'runs nothing while the control plane cannot be reached': async (stage, { write, read }) => {
    const client = await stage.client()
    stage.controlPlane.isDown = true
    const answer = await client.run(write.text)
    expect(answer).toMatchObject({ text: expect.stringContaining('ERR_CONTROL_UNAVAILABLE') })
    expect(stage.target.received().includes(write.text)).toBe(false)
    stage.controlPlane.isDown = false
    expect(await client.run(read.text)).toMatchObject({ kind: 'result' })
  },
}
