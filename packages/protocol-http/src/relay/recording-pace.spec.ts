import { AuditError } from '@wardgate/errors'
import { setImmediate as turn } from 'node:timers/promises'
import { Stage } from '../testing/stage'

const mebibyte = 1024 * 1024
const bodyBytes = 8 * mebibyte

let stage: Stage

beforeEach(async () => {
  stage = await Stage.start({
    target: (_request, response) => response.end(Buffer.alloc(bodyBytes)),
  })
  stage.recorder.roomBytes = 64 * 1024
})
afterEach(() => stage.stop())

const ask = () => stage.fetch('/large')

const recordedBytes = () =>
  stage.recorder.recorded.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0)

it('reads no more of a response than the recording has room for', async () => {
  const response = await ask()
  const body = response.arrayBuffer()
  await stage.recorder.whenWaiting()
  expect(recordedBytes()).toBeLessThan(bodyBytes / 4)
  const state: { isOver: boolean } = { isOver: false }
  const over = body.finally(() => (state.isOver = true))
  while (!state.isOver) {
    if (stage.recorder.waiting > 0) stage.recorder.giveRoom()
    await turn()
  }
  expect((await over).byteLength).toBe(bodyBytes)
})

it('breaks a response off when the recording gets no room', async () => {
  const response = await ask()
  await stage.recorder.whenWaiting()
  stage.recorder.giveNone(new AuditError('ERR_AUDIT_UNAVAILABLE', 'nothing is stored'))
  await expect(response.arrayBuffer()).rejects.toThrow()
})
