import type { Duplex } from 'node:stream'
import { fakeGrant, streamPair } from '../testing'
import { SessionTarget } from './session-target'

const endpoint = { host: 'target.test', port: 1 }
const open = new AbortController().signal

function target() {
  const signals: AbortSignal[] = []
  const dialler = {
    dial: async (_endpoint: unknown, signal: AbortSignal) => {
      signals.push(signal)
      return streamPair()[0]
    },
  }
  return { target: new SessionTarget(fakeGrant(), dialler), signals }
}

it('dials only what the session was granted', async () => {
  const { target: granted, signals } = target()
  await expect(granted.dial({ host: 'other.test', port: 1 }, open)).rejects.toMatchObject({
    code: 'ERR_TARGET_UNREACHABLE',
  })
  expect(signals).toEqual([])
})

it('lets no stream outlive the session but one that is kept', async () => {
  const { target: granted, signals } = target()
  const [first, kept] = [await granted.dial(endpoint, open), await granted.dial(endpoint, open)]
  granted.keep(kept)
  granted.end()
  expect([first.destroyed, kept.destroyed]).toEqual([true, false])
  expect(signals.map(({ aborted }) => aborted)).toEqual([false, false])
})

it('is of no use after the session', async () => {
  const { target: granted, signals } = target()
  granted.end()
  await expect(granted.dial(endpoint, open)).rejects.toMatchObject({ code: 'ERR_SESSION_KILLED' })
  expect(signals).toEqual([])
})

it('destroys a stream that arrives after the session has ended', async () => {
  let arrive: (stream: Duplex) => void = () => undefined
  const dial = () => new Promise<Duplex>((resolve) => (arrive = resolve))
  const granted = new SessionTarget(fakeGrant(), { dial })
  const dialling = granted.dial(endpoint, open)
  granted.end()
  const [stream] = streamPair()
  arrive(stream)
  await expect(dialling).rejects.toMatchObject({ code: 'ERR_SESSION_KILLED' })
  expect(stream.destroyed).toBe(true)
})
