import { ApprovalError, AuthError } from '@wardgate/errors'
import { textOf } from '../operation-text'
import type { Script } from './fake-control-plane'
import type { ConformanceHarness } from './conformance-harness'
import { ConformanceStage, oneByteAtATime } from './conformance-stage'
import { fakeHold } from './fake-control-plane'

export interface ConformanceOptions {
  readonly name: string
  readonly harness: ConformanceHarness
  /** Cases that cannot apply to the protocol, each with the reason. */
  readonly skip?: readonly { readonly reason: string; readonly cases: readonly string[] }[]
}

type Case = (stage: ConformanceStage, harness: ConformanceHarness) => Promise<void>

/** What every protocol has to do. Call it in a spec file; it declares the cases. */
export function runProtocolConformance({ name, harness, skip = [] }: ConformanceOptions): void {
  describe(`${name} conforms:`, () => {
    for (const [title, run] of Object.entries(cases)) {
      const reason = skip.find(({ cases: titles }) => titles.includes(title))?.reason
      if (reason !== undefined) it.skip(`${title} (${reason})`, () => undefined)
      else it(title, () => perform(run, harness))
    }
    it('skips only cases that exist', () => {
      for (const { cases: titles } of skip)
        for (const title of titles) expect(cases).toHaveProperty([title])
    })
  })
}

/** Whatever happened: every intent has one outcome, everything has ended, and no secret went to a client. */
async function perform(run: Case, harness: ConformanceHarness): Promise<void> {
  const stage = new ConformanceStage(harness)
  try {
    await run(stage, harness)
  } finally {
    const hasEnded = await stage.finish()
    expect(hasEnded).toBe(true)
  }
  const ids = (entries: readonly { readonly operationId: string }[]) =>
    entries.map(({ operationId }) => operationId).sort()
  const { spool, gateway, controlPlane, sentToClients, log } = stage
  expect(ids(spool.of('outcome'))).toEqual(ids(spool.of('intent')))
  expect(new Set(ids(spool.of('intent'))).size).toBe(spool.of('intent').length)
  expect(gateway.counters).toMatchObject({ sockets: 0, handshakes: 0, sessions: 0 })
  expect(controlPlane.closed).toHaveLength(gateway.counters.openedSessions)
  expect(spool.of('session-ended')).toHaveLength(gateway.counters.openedSessions)
  const { credential } = controlPlane.grant
  if (credential.kind === 'password')
    expect(Buffer.concat(sentToClients).includes(credential.password)).toBe(false)
  expect(log.lines.filter(({ message }) => message === 'settled twice')).toEqual([])
}

const cases: Readonly<Record<string, Case>> = {
  'relays an allowed operation': async (stage, { read }) => {
    const client = await stage.client()
    expect(await client.run(read.text)).toEqual({ kind: 'result', rows: [read.cells] })
    await stage.spool.until(({ entries }) => entries.some(({ kind }) => kind === 'outcome'))
    const { rows = 1 } = read
    expect(stage.spool.of('outcome')).toMatchObject([{ outcome: { status: 'succeeded', rows } }])
    expect(stage.target.received().includes(read.text)).toBe(true)
  },

  'tells a denial in-protocol, keeps it from the target, and goes on': async (stage, harness) => {
    const { controlPlane, target, spool } = stage
    controlPlane.answer = (operation) =>
      textOf(operation).includes(harness.write.text) ? controlPlane.deny() : controlPlane.allow()
    const client = await stage.client()
    const answer = await client.run(harness.write.text)
    expect(answer).toMatchObject({ kind: 'error' })
    expect('text' in answer && answer.text).toContain('rule shop/no-ddl denies this')
    expect(target.received().includes(harness.write.text)).toBe(false)
    expect(spool.of('refused')).toMatchObject([{ code: 'ERR_POLICY_DENIED' }])
    expect(await client.run(harness.read.text)).toMatchObject({ kind: 'result' })
  },

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

  'masks cells before the client sees them': async (stage, { read, masking: own }) => {
    const secret = read.cells[read.masked] ?? ''
    const columns = [{ index: read.masked, rule: 'pan', method: { kind: 'redact' } as const }]
    const byColumn = { width: read.cells.length, columns, origins: [], detectors: [] }
    const masking = own ?? byColumn
    stage.controlPlane.answer = () => stage.controlPlane.allow({ masking })
    const client = await stage.client()
    const answer = await client.run(read.text)
    expect(answer.kind === 'result' && answer.rows[0]?.[1 - read.masked]).toBe(
      read.cells[1 - read.masked],
    )
    expect(Buffer.concat(stage.sentToClients).includes(secret)).toBe(false)
    await stage.spool.until(({ entries }) => entries.some(({ kind }) => kind === 'outcome'))
    expect(stage.spool.of('outcome')).toMatchObject([{ outcome: { maskedCells: 1 } }])
  },

  'shows nothing of a result that is wider than its masking plan': async (stage, { read }) => {
    const masking = { width: read.cells.length + 1, columns: [], origins: [], detectors: [] }
    stage.controlPlane.answer = () => stage.controlPlane.allow({ masking })
    const client = await stage.client()
    expect((await client.run(read.text)).kind).not.toBe('result')
    const shown = Buffer.concat(stage.sentToClients)
    expect(shown.includes(read.cells[read.masked] ?? '')).toBe(false)
  },

  'takes frames that arrive one byte at a time': async (stage, { read }) => {
    const client = await stage.client(oneByteAtATime)
    expect(await client.run(read.text)).toEqual({ kind: 'result', rows: [read.cells] })
  },

  'refuses an oversize frame without waiting for its end': async (stage, { oversize }) => {
    stage.controlPlane.grant = {
      ...stage.controlPlane.grant,
      limits: { idleMillis: 0, statementMillis: 0, maxMessageBytes: 65_536 },
    }
    const client = await stage.client()
    for (const bytes of oversize(65_536)) client.write(bytes)
    await client.ended
    expect(stage.target.received().length).toBeLessThan(1_024)
    expect(stage.controlPlane.asked).toEqual([])
    await stage.spool.until(({ entries }) => entries.some(({ kind }) => kind === 'session-ended'))
    expect(stage.spool.of('session-ended')).toMatchObject([{ errorCode: 'ERR_PROTOCOL_OVERSIZE' }])
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

  'tells apart which operation an error belongs to, however many came before': async (stage, h) => {
    const { controlPlane } = stage
    const client = await stage.client()
    for (let round = 0; round < 20; round++) {
      controlPlane.answer = (): Script => (round % 2 ? controlPlane.deny() : controlPlane.allow())
      expect((await client.run(h.read.text)).kind).toBe(round % 2 ? 'error' : 'result')
    }
    expect(stage.spool.of('intent')).toHaveLength(10)
    expect(stage.spool.of('refused')).toHaveLength(10)
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

/** Lets everything that is under way in memory arrive. */
async function idle(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate)
}
