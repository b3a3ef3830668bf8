import { PassThrough } from 'node:stream'
import { AuditError } from '@wardgate/errors'
import { Pump } from './pump'

const turn = () => new Promise(setImmediate)

function pumping(to = new PassThrough().resume()) {
  const from = new PassThrough()
  const waits: { resolve: () => void; reject: (error: Error) => void }[] = []
  const state = { isBehind: false }
  const pump = new Pump({
    from,
    to,
    seen: () => undefined,
    ahead: () =>
      state.isBehind
        ? new Promise((resolve, reject) => waits.push({ resolve, reject }))
        : undefined,
  })
  const put = async (text: string) => {
    from.write(text)
    await turn()
  }
  return { pump, state, waits, put }
}

it('reads no more until what is ahead of it has caught up', async () => {
  const { pump, state, waits, put } = pumping()
  state.isBehind = true
  await put('one')
  await put('two')
  expect(pump.bytes).toBe(3)
  state.isBehind = false
  waits[0]?.resolve()
  await turn()
  expect(pump.bytes).toBe(6)
  await put('three')
  expect(pump.bytes).toBe(11)
})

it('reads no more for a reader that is slow, when what is ahead of it has caught up', async () => {
  const slow = new PassThrough({ highWaterMark: 1 })
  const { pump, state, waits, put } = pumping(slow)
  state.isBehind = true
  await put('one')
  await put('two')
  state.isBehind = false
  waits[0]?.resolve()
  await turn()
  expect(pump.bytes).toBe(3)
  slow.resume()
  await turn()
  expect(pump.bytes).toBe(6)
})

it('ends with the reason when it does not catch up', async () => {
  const { pump, state, waits, put } = pumping()
  state.isBehind = true
  await put('one')
  const error = new AuditError('ERR_AUDIT_UNAVAILABLE', 'nothing is stored')
  waits[0]?.reject(error)
  await expect(pump.done).rejects.toBe(error)
  await put('two')
  expect(pump.bytes).toBe(3)
})
