import type { Closing, Target } from '@wardgate/gateway'
import { fakeGate, fakeTarget } from '@wardgate/gateway/testing'
import { postgres } from '../..'
import { Relay } from '../../relay/relay'
import { FakeUpstream } from '../fake-upstream'
import { memoryPair, type MemoryStream } from './memory-pair'
import type { Random } from './random'
import { CANARY, DENIED, HELD, resultOf } from './vocabulary'

export interface Stream {
  /** What the client sends, in two writes. */
  readonly bytes: Buffer
  /** Whether the login is part of it; else the session stands already. */
  readonly isFromStart: boolean
  /** What becomes of the target's bytes. */
  readonly tamper?: (chunk: Buffer) => Buffer
}

export interface Findings {
  /** Sessions that had not ended when client and target were gone. */
  hangs: number
  /** Intents without exactly one outcome. */
  unsettled: number
  /** Texts that reached the target though they were denied. */
  denied: number
  /** Masked values that reached the client. */
  leaks: number
}

/** Turns of the event loop, not milliseconds: a slow machine does not fail and a fast one does not wait. */
const PATIENCE_TURNS = 64
const settings = postgres.settings.parse({ pool: { maxIdle: 0 }, allowFunctionCall: true })
const canary = Buffer.from(CANARY)
const masking = {
  width: 2,
  columns: [{ index: 1, rule: 'pan', method: { kind: 'redact' } }],
  origins: [],
  detectors: [],
} as const

/** One session from its first byte to its end, with a gate, a target and a client in memory. */
export async function play(stream: Stream, random: Random, findings: Findings): Promise<void> {
  const upstream = new FakeUpstream((text) => {
    if (text.includes(DENIED)) findings.denied += 1
    return resultOf(text)
  })
  const fake = gateThatJudges(random)
  const [client, socket] = memoryPair()
  const dial = () => {
    const [near, far] = memoryPair()
    far.tamper = stream.tamper
    upstream.accept(far, !stream.isFromStart)
    return near
  }
  const run = stream.isFromStart ? runEngine : runRelay
  const state = { hasEnded: false }
  void run(socket, dial, fake).then(() => (state.hasEnded = true))
  client.on('error', () => undefined)
  client.on('data', (chunk: Buffer) => {
    if (stream.tamper === undefined && chunk.includes(canary)) findings.leaks += 1
  })
  const cut = random.below(stream.bytes.length)
  client.write(stream.bytes.subarray(0, cut))
  if (random.fraction() < 0.5) await new Promise(setImmediate)
  client.end(stream.bytes.subarray(cut))
  for (let turn = 0; turn < PATIENCE_TURNS && !state.hasEnded; turn += 1) {
    if (turn === PATIENCE_TURNS / 2) upstream.lose()
    await new Promise(setImmediate)
  }
  client.destroy()
  if (!state.hasEnded) findings.hangs += 1
  if (fake.spool.of('intent').length !== fake.spool.of('outcome').length) findings.unsettled += 1
}

type Fake = ReturnType<typeof fakeGate>

function gateThatJudges(random: Random): Fake {
  const fake = fakeGate()
  const { controlPlane } = fake
  controlPlane.answer = (operation) => {
    const text = 'text' in operation ? operation.text : ''
    if (text.includes(DENIED)) return controlPlane.deny()
    const allowed = controlPlane.allow(text.includes('ssn') ? { masking } : {})
    if (text !== HELD) return allowed
    const hold = controlPlane.hold()
    const verdicts = [allowed, controlPlane.deny()]
    const verdict = verdicts[random.below(3)]
    if (verdict !== undefined) queueMicrotask(() => hold.decide(verdict))
    return hold
  }
  return fake
}

async function runEngine(socket: MemoryStream, dial: () => MemoryStream, fake: Fake) {
  const { signal } = fake.ending
  const engine = postgres.createEngine(socket, settings)
  const target = fakeTarget(() => Promise.resolve(dial()))
  const login = { clientAddress: '', plaintextAllowed: true, cancel: () => undefined }
  try {
    const opening = await engine.accept(login, signal)
    if (opening.kind === 'done') return
    const { error } = await engine.relay(fake.gate, target, signal)
    if (error !== undefined) await engine.refuse(error)
  } catch (caught) {
    await engine.refuse(caught as Parameters<typeof engine.refuse>[0])
  }
}

const idleTarget: Target = fakeTarget(() => Promise.reject(new Error('no cancel in memory')))

async function runRelay(socket: MemoryStream, dial: () => MemoryStream, fake: Fake) {
  socket.on('error', () => undefined)
  const stream = dial()
  stream.on('error', () => undefined)
  const parameters = new Map([
    ['client_encoding', 'UTF8'],
    ['standard_conforming_strings', 'on'],
  ])
  const endpoint = { host: 'target.test', port: 1 }
  const key = Buffer.alloc(8)
  const upstream = { stream, dialled: stream, endpoint, parameters, key, searchPath: 'public' }
  const relay = new Relay({
    client: socket,
    upstream,
    gate: fake.gate,
    target: idleTarget,
    settings,
  })
  const end: { closing: Closing } = await relay.run(fake.ending.signal)
  if (end.closing.error === undefined) socket.end()
  else socket.destroy()
  stream.destroy()
}
