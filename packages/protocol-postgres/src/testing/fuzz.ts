import { fakeGate, fakeTarget, streamPair } from '@wardgate/gateway/testing'
import { postgres } from '..'
import {
  bind,
  close,
  describe,
  execute,
  flush,
  frame,
  fromClient,
  parse,
  query,
  startupMessage,
  sync,
  terminate,
} from '../wire'
import { FakeUpstream } from './fake-upstream'

export interface FuzzResult {
  readonly streams: number
  /** Sessions that were neither ended nor idle after everything had been read. */
  readonly hangs: number
  /** Intents without exactly one outcome. */
  readonly unsettled: number
}

const startup = [
  startupMessage([
    ['user', 'shop'],
    ['database', 'shop'],
    ['application_name', 'fuzz'],
  ]),
  frame(fromClient.Password, (body) => body.cstring('token')),
]

const messages = [
  query('SELECT 1'),
  query('BEGIN'),
  query('COMMIT'),
  query('DENY'),
  query('fails'),
  parse({ name: 's', text: 'SELECT 1', types: [] }),
  parse({ name: '', text: 'DENY', types: [23] }),
  bind({ portal: '', statement: 's', formats: [0], values: [null], resultFormats: [1] }),
  bind({ portal: 'p', statement: '', formats: [], values: [Buffer.from('x')], resultFormats: [] }),
  describe({ kind: 'statement', name: 's' }),
  describe({ kind: 'portal', name: '' }),
  execute('', 0),
  execute('p', 1),
  close({ kind: 'statement', name: 's' }),
  close({ kind: 'portal', name: 'p' }),
  flush,
  sync,
  frame(fromClient.CopyData, (body) => body.text('row\n')),
  frame(fromClient.CopyDone),
  frame(fromClient.FunctionCall, (body) => body.u32(1).i16(0).i16(0).i16(0)),
  terminate,
]

/** Sends mutated client streams through engine, gate and a target in memory. Throws on a crash; counts the rest. */
export async function fuzzClientStreams(streams: number, seed: number): Promise<FuzzResult> {
  const random = randomFrom(seed)
  const result = { streams, hangs: 0, unsettled: 0 }
  for (let round = 0; round < streams; round += 1) {
    const { hasEnded, unsettled } = await play(mutated(random), random)
    if (!hasEnded) result.hangs += 1
    result.unsettled += unsettled
  }
  return result
}

async function play(bytes: Buffer, random: () => number) {
  const upstream = new FakeUpstream((text) =>
    ['SELECT 1', 'BEGIN', 'COMMIT'].includes(text)
      ? { columns: text === 'SELECT 1' ? ['n'] : [], rows: [['1']], tag: text }
      : undefined,
  )
  const fake = fakeGate()
  fake.controlPlane.answer = (operation) =>
    'text' in operation && operation.text === 'DENY'
      ? fake.controlPlane.deny()
      : fake.controlPlane.allow({}, { memo: 'once' })
  const [client, socket] = streamPair()
  const target = fakeTarget(async () => {
    const [near, far] = streamPair()
    upstream.accept(far)
    return near
  })
  const engine = postgres.createEngine(socket, postgres.settings.parse({ pool: { maxIdle: 0 } }))
  const login = { clientAddress: '', plaintextAllowed: true, cancel: () => undefined }
  const { signal } = fake.ending
  const finished = engine
    .accept(login, signal)
    .then((opening) => {
      return opening.kind === 'done' ? undefined : engine.relay(fake.gate, target, signal)
    })
    .then(
      (closing) => closing?.error && engine.refuse(closing.error),
      (caught: unknown) => engine.refuse(caught as never),
    )
  client.on('error', () => undefined).resume()
  const cut = Math.floor(random() * bytes.length)
  client.write(bytes.subarray(0, cut))
  client.end(bytes.subarray(cut))
  const hasEnded = await endsWithin(finished, 2_000)
  client.destroy()
  const intents = fake.spool.of('intent').length
  return { hasEnded, unsettled: hasEnded ? Math.abs(intents - fake.spool.of('outcome').length) : 0 }
}

/** By turns of the event loop, so that a fast machine does not wait and a slow one does not fail. */
async function endsWithin(finished: Promise<unknown>, turns: number): Promise<boolean> {
  const state = { hasEnded: false }
  void finished.then(() => (state.hasEnded = true))
  for (let turn = 0; turn < turns; turn += 1) {
    if (state.hasEnded) return true
    await new Promise(setImmediate)
  }
  return false
}

function mutated(random: () => number): Buffer {
  const pick = () => messages[Math.floor(random() * messages.length)] ?? sync
  const parts = [...startup, ...Array.from({ length: 1 + Math.floor(random() * 12) }, pick)]
  const bytes = Buffer.concat(parts)
  // Most streams keep their login, so that what lies behind it is reached.
  const from = random() < 0.9 ? startup.reduce((sum, { length }) => sum + length, 0) : 0
  const edits = Math.floor(random() * 4)
  for (let edit = 0; edit < edits; edit += 1) {
    const at = from + Math.floor(random() * (bytes.length - from))
    bytes[at] =
      random() < 0.5
        ? Math.floor(random() * 256)
        : (bytes[at] ?? 0) ^ (1 << Math.floor(random() * 8))
  }
  return random() < 0.2
    ? bytes.subarray(0, from + Math.floor(random() * (bytes.length - from)))
    : bytes
}

/** mulberry32: the same seed gives the same streams. */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
