import { textOf } from '../../operation-text'
import { oneByteAtATime } from '../conformance-stage'
import type { Script } from '../fake-control-plane'
import type { Cases } from './case'

/** What a client gets for its operations. */
export const answers: Cases = {
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
