import type { Recorder } from '@wardgate/gateway'
import { fakeGate, fakeTarget } from '@wardgate/gateway/testing'
import { Relay } from '../relay/relay'
import { settings } from '../settings'
import { FakeUpstream, type FakeResult } from './fake-upstream'
import { memoryPair } from './fuzz/memory-pair'

export interface RelayedSessionOptions {
  /** What the target answers, by text. */
  readonly results?: (text: string) => FakeResult | undefined
  /** Reaches the target once more, as for a cancel. */
  readonly dial?: () => Promise<never>
  /** Absent = nothing is recorded. */
  readonly recorder?: Recorder
}

/** A relay between a client and a target in memory, past its login. */
export function relayedSession({
  results = () => undefined,
  dial = () => Promise.reject(new Error('nothing is dialled')),
  recorder,
}: RelayedSessionOptions = {}) {
  const [client, socket] = memoryPair()
  const [stream, far] = memoryPair()
  const target = new FakeUpstream(results)
  target.accept(far, true)
  const upstream = {
    stream,
    dialled: stream,
    endpoint: { host: 'target.test', port: 1 },
    parameters: new Map<string, string>(),
    key: Buffer.alloc(8),
    searchPath: 'public',
  }
  const fake = fakeGate({ recorder })
  const relay = new Relay({
    client: socket,
    upstream,
    gate: fake.gate,
    target: fakeTarget(dial),
    settings: settings.parse({}),
  })
  return { client: client.resume(), ended: relay.run(fake.ending.signal), fake, target }
}
