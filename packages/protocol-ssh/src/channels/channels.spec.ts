import { AuditError } from '@wardgate/errors'
import { emptyPlan } from '@wardgate/masking'
import { fakeHold } from '@wardgate/gateway/testing'
import type { ClientChannel } from 'ssh2'
import { maxRekeys } from '../limits'
import { CommandChannel } from './command-channel'
import { FakeTarget, SshStage, type FakeResult } from '../testing'

const card = '4111 1111 1111 1111'
const results: Readonly<Record<string, FakeResult>> = {
  hello: { stdout: 'out', stderr: 'err', code: 3 },
  killed: { signal: 'TERM' },
  card: { stdout: `a ${card} b`, stderr: `c ${card} d` },
  coloured: { stdout: `a 4111 1111 \u001b[31m1111 1111\u001b[0m b` },
  "git-upload-pack '/r.git'": { stdout: `0032 ${card}` },
}

let stage: SshStage
let target: FakeTarget

beforeEach(() => {
  target = new FakeTarget((command) => results[command])
  stage = new SshStage({ target })
})
afterEach(() => stage.finish())

const masking = {
  ...emptyPlan,
  detectors: [{ detector: 'credit_card', rule: 'cards', method: { kind: 'redact' } as const }],
}

function asked() {
  return stage.controlPlane.asked.map(({ operation }) => operation)
}

it('hands over both outputs and the exit status', async () => {
  const client = await stage.client()
  expect(await client.exec('hello')).toMatchObject({ stdout: 'out', stderr: 'err', code: 3 })
  expect(await client.exec('killed')).toMatchObject({ code: undefined, signal: 'SIGTERM' })
  expect(stage.spool.of('outcome').map(({ outcome }) => outcome)).toMatchObject([
    { status: 'failed', completion: 'exit 3', bytes: 6 },
    { status: 'failed', completion: 'signal SIGTERM' },
  ])
})

it('ends a client that exchanges keys over and over', async () => {
  const { client, ended } = await stage.client()
  let exchanged = 0
  const { _protocol: protocol } = client as unknown as { _protocol: { rekey(): void } }
  client.on('handshake', () => {
    exchanged += 1
    // Not from within: the exchange is not over yet.
    setImmediate(() => protocol.rekey())
  })
  protocol.rekey()
  await ended
  expect(exchanged).toBeGreaterThanOrEqual(maxRekeys)
  await stage.finish()
  expect(stage.log.lines).toContainEqual(
    expect.objectContaining({
      fields: expect.objectContaining({
        err: expect.objectContaining({ code: 'ERR_LIMIT_OPERATIONS' }),
      }),
    }),
  )
}, 60_000)

it('says why it refuses, with status 126, and goes on', async () => {
  const client = await stage.client()
  stage.controlPlane.answer = () => stage.controlPlane.deny()
  const refused = await client.exec('hello', { input: 'lost' })
  expect(refused).toMatchObject({ stdout: '', code: 126 })
  expect(refused.stderr).toMatch(/ERR_POLICY_DENIED: rule shop\/no-ddl denies this .*operation/)
  expect(target.received()).toHaveLength(0)
  expect(stage.recorded).toEqual([{ direction: 'out', text: refused.stderr }])
  stage.controlPlane.answer = () => stage.controlPlane.allow()
  expect(await client.exec('hello')).toMatchObject({ code: 3 })
})

it.each(['out', 'err', 'hello'])(
  'ends a command when "%s" cannot be recorded, says why, and goes on',
  async (unfit) => {
    const client = await stage.client()
    stage.recorder.refuses = (_, text) => text.startsWith(unfit)
    const refused = await client.exec('hello')
    expect(refused.code).toBe(126)
    expect(refused.stderr).toContain('ERR_AUDIT_UNAVAILABLE: the recording is full')
    stage.recorder.refuses = () => false
    expect(await client.exec('hello')).toMatchObject({ code: 3 })
  },
)

it('ends a command at the target whose input cannot be recorded', async () => {
  target.stall()
  const client = await stage.client()
  stage.recorder.refuses = (direction, text) => direction === 'in' && text === 'typed'
  const channel = await client.open('cat')
  const answer = client.answerOf(channel)
  const [running] = await target.whenRunning(1)
  const ended = new Promise<void>((resolve) => running?.once('close', () => resolve()))
  channel.write('typed')
  expect(await answer).toMatchObject({ code: 126 })
  await ended
  expect(target.received().toString()).not.toContain('typed')
})

it('ends a command whose terminal takes a size that cannot be recorded, says why, and goes on', async () => {
  target.stall()
  const client = await stage.client()
  const channel = await client.open('top', { pty: { term: 'xterm', cols: 80, rows: 24 } })
  const answer = client.answerOf(channel)
  const [running] = await target.whenRunning(1)
  const ended = new Promise<void>((resolve) => running?.once('close', () => resolve()))
  stage.recorder.refuses = (direction) => direction === 'size'
  channel.setWindow(50, 100, 0, 0)
  const { code, stderr } = await answer
  expect(code).toBe(126)
  expect(stderr).toContain('ERR_AUDIT_UNAVAILABLE: the recording is full')
  await ended
  stage.recorder.refuses = () => false
  expect(await client.open('hello')).toBeDefined()
})

it('tells its own reason when what a listener does ends the connection', async () => {
  target.stall()
  const client = await stage.client()
  const original = CommandChannel.prototype.signal
  CommandChannel.prototype.signal = () => {
    throw new AuditError('ERR_AUDIT_UNAVAILABLE', 'nothing is recorded any more')
  }
  try {
    const channel = await client.open('hello')
    const answer = client.answerOf(channel)
    channel.signal('TERM')
    expect((await answer).stderr).toContain('ERR_AUDIT_UNAVAILABLE: nothing is recorded any more')
  } finally {
    CommandChannel.prototype.signal = original
  }
  await stage.finish()
  expect(stage.log.lines).toContainEqual(
    expect.objectContaining({
      fields: expect.objectContaining({
        err: expect.objectContaining({ code: 'ERR_AUDIT_UNAVAILABLE' }),
      }),
    }),
  )
})

it('runs several commands at once, and withdraws only the one whose channel is closed', async () => {
  const client = await stage.client()
  stage.controlPlane.answer = () => stage.controlPlane.hold()
  const held = await client.open('hello')
  const other = await client.open('killed')
  await stage.controlPlane.untilAsked(2)
  stage.controlPlane.answer = () => stage.controlPlane.allow()
  held.close()
  await stage.spool.until((spool) => spool.of('refused').length === 1)
  expect(stage.controlPlane.withdrawn).toHaveLength(1)
  expect(await client.exec('hello')).toMatchObject({ code: 3 })
  other.close()
})

it('tells on stderr what it waits for', async () => {
  const client = await stage.client()
  const script = stage.controlPlane.hold()
  stage.controlPlane.answer = () => script
  const channel = await client.open('hello')
  const answered = client.answerOf(channel)
  await stage.controlPlane.untilAsked(1)
  script.decide(stage.controlPlane.allow())
  const { stderr, code } = await answered
  expect(stderr).toContain(fakeHold.approvalId)
  expect(stderr).toContain(fakeHold.url)
  expect(stage.recorded[0]).toMatchObject({ direction: 'out' })
  expect(stderr).toContain(stage.recorded[0]?.text)
  expect(code).toBe(3)
})

describe('output', () => {
  it.each(['card', 'coloured'])('of %s is masked, stderr too', async (command) => {
    stage.controlPlane.answer = () => stage.controlPlane.allow({ masking })
    const client = await stage.client()
    const { stdout, stderr } = await client.exec(command)
    expect(stdout).toMatch(/^a .*b$/)
    expect(stdout.split('\u001b[31m').join('').split('\u001b[0m').join('')).not.toContain(card)
    expect(stderr).not.toContain(card)
    expect(stage.recorded.map(({ text }) => text).join('')).not.toContain(card)
    expect(stage.spool.of('outcome')[0]?.outcome.maskedCells).toBeGreaterThan(0)
  })

  it('that no masker reads is refused before the command runs', async () => {
    stage.controlPlane.answer = () => stage.controlPlane.allow({ masking })
    const client = await stage.client()
    expect(await client.exec("git-upload-pack '/r.git'")).toMatchObject({ stdout: '', code: 126 })
    expect(target.commands).toEqual([])
    expect(stage.spool.of('outcome')).toMatchObject([{ outcome: { status: 'cancelled' } }])
  })

  it('appears although the masker waits for more, as a prompt has to', async () => {
    stage.controlPlane.answer = () => stage.controlPlane.allow({ masking })
    target.stall()
    const client = await stage.client()
    const channel = await client.open('prompt')
    await stage.spool.until((spool) => spool.of('intent').length === 1)
    const first = new Promise<string>((resolve) =>
      channel.once('data', (chunk: Buffer) => resolve(chunk.toString())),
    )
    const [running] = await target.whenRunning(1)
    running?.write('PIN 4111')
    expect(await first).toMatch(/^PIN/)
  })
})

describe('what comes before a command', () => {
  it('is a part of the operation: terminal and permitted variables', async () => {
    const client = await stage.client()
    await client.exec('hello', { env: { LANG: 'C', LC_ALL: 'C', LD_PRELOAD: '/tmp/x.so' } })
    const environment = [
      { name: 'LANG', value: 'C' },
      { name: 'LC_ALL', value: 'C' },
    ]
    expect(asked()).toMatchObject([{ shape: 'exec', text: 'hello', terminal: false, environment }])
    expect(target.variables).toEqual(['LANG=C', 'LC_ALL=C'])
  })

  it('reaches the target with the shell, and so do changes of the window and signals', async () => {
    target.stall()
    const client = await stage.client()
    const channel = await new Promise<ClientChannel>((resolve, reject) =>
      client.client.shell({ term: 'xterm', cols: 90, rows: 30 }, (error, opened) =>
        error ? reject(error) : resolve(opened),
      ),
    )
    await target.whenRunning(1)
    channel.setWindow(40, 120, 0, 0)
    channel.signal('INT')
    await target.whenSignalled()
    expect(asked()).toMatchObject([{ shape: 'shell', text: '', terminal: true }])
    expect(target.terminals).toEqual(['xterm 90x30', '120x40'])
    expect(target.signals).toEqual(['INT'])
  })

  it.each(['$(id)', '../../tmp/x', 'x'.repeat(65)])(
    'is refused with the terminal %p',
    async (term) => {
      const client = await stage.client()
      const opened = new Promise((resolve) =>
        client.client.exec('hello', { pty: { term } }, resolve),
      )
      expect(await opened).toBeInstanceOf(Error)
      expect(asked()).toEqual([])
    },
  )

  it('is refused where the connection has no terminals', async () => {
    await stage.finish()
    stage = new SshStage({ target, settings: { terminal: 'refuse' } })
    const client = await stage.client()
    const opened = new Promise((resolve) => client.client.exec('hello', { pty: true }, resolve))
    expect(await opened).toBeInstanceOf(Error)
    expect(target.received()).toHaveLength(0)
  })
})

describe('what is not offered', () => {
  it.each(['netconf', 'sftp ', 'x'])('subsystem %p', async (name) => {
    const client = await stage.client()
    const opened = new Promise((resolve) => client.client.subsys(name, resolve))
    expect(await opened).toBeInstanceOf(Error)
    expect(asked()).toEqual([])
  })

  it('agent and X11 forwarding', async () => {
    const client = await stage.client()
    const x11 = new Promise((resolve) => client.client.exec('hello', { x11: true }, resolve))
    expect(await x11).toBeInstanceOf(Error)
    expect(asked()).toEqual([])
  })

  it('sockets of the target', async () => {
    const client = await stage.client()
    const opened = new Promise((resolve) =>
      client.client.openssh_forwardOutStreamLocal('/run/docker.sock', resolve),
    )
    expect(await opened).toBeInstanceOf(Error)
    expect(asked()).toEqual([])
  })

  it('a command with a NUL, of which the target would see another', async () => {
    const client = await stage.client()
    expect(await client.exec('hello\0; rm')).toMatchObject({ code: 126 })
    expect(asked()).toEqual([])
  })

  it('a command that is not UTF-8, of which the target would run another', async () => {
    const client = await stage.client()
    const { code, stderr } = await client.exec('hello \ud800')
    expect({ code, asked: asked() }).toEqual({ code: 126, asked: [] })
    expect(stderr).toContain('not valid UTF-8')
  })

  it('a command that is longer than one may be, with its own code', async () => {
    const client = await stage.client()
    const { code, stderr } = await client.exec(`hello ${'x'.repeat(32 * 1024)}`)
    expect({ code, asked: asked() }).toEqual({ code: 126, asked: [] })
    expect(stderr).toContain('ERR_LIMIT_COMMAND')
  })

  it('more channels than the limit', async () => {
    target.stall()
    const client = await stage.client()
    const opened = await Promise.allSettled(
      Array.from({ length: 33 }, (_, at) => client.open(`sleep ${at}`)),
    )
    expect(opened.filter(({ status }) => status === 'rejected')).toMatchObject([
      { reason: { message: expect.stringContaining('more than 32 channels') } },
    ])
  })
})

describe('forwards', () => {
  const out = (client: Awaited<ReturnType<SshStage['client']>>) =>
    new Promise<ClientChannel>((resolve, reject) =>
      client.client.forwardOut('127.0.0.1', 1, 'db.internal', 5432, (error, channel) =>
        error ? reject(error) : resolve(channel),
      ),
    )

  it('are decided by host and port, with the reason in the refusal', async () => {
    stage.controlPlane.answer = () => stage.controlPlane.deny()
    const client = await stage.client()
    await expect(out(client)).rejects.toThrow('rule shop/no-ddl denies this')
    expect(asked()).toEqual([
      { kind: 'forward', direction: 'out', host: 'db.internal', port: 5432 },
    ])
    expect(target.forwards).toEqual([])
  })

  it('carry bytes both ways', async () => {
    const client = await stage.client()
    const channel = await out(client)
    const echoed = new Promise((resolve) =>
      channel.once('data', (chunk: Buffer) => resolve(chunk.toString())),
    )
    channel.write('ping')
    expect(await echoed).toBe('ping')
    channel.end()
    await stage.spool.until((spool) => spool.of('outcome').length === 1)
    expect(stage.spool.of('outcome')).toMatchObject([
      { outcome: { status: 'succeeded', bytes: 4 } },
    ])
  })

  it('are refused where something has to be masked: nobody can read into them', async () => {
    stage.controlPlane.answer = () => stage.controlPlane.allow({ masking })
    const client = await stage.client()
    await expect(out(client)).rejects.toThrow('ERR_POLICY')
    expect(target.forwards).toEqual([])
  })

  it('from the target to the client need a decision as well', async () => {
    stage.controlPlane.answer = () => stage.controlPlane.deny()
    const client = await stage.client()
    const bound = new Promise((resolve) => client.client.forwardIn('0.0.0.0', 8080, resolve))
    expect(await bound).toBeInstanceOf(Error)
    expect(asked()).toEqual([{ kind: 'forward', direction: 'in', host: '0.0.0.0', port: 8080 }])
  })
})
