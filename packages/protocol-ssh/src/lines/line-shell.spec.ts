import { AuditError } from '@wardgate/errors'
import type { ClientChannel } from 'ssh2'
import { fakeHold } from '@wardgate/gateway/testing'
import { FakeTarget, SshStage, type Answer, type FakeResult } from '../testing'

const results: Readonly<Record<string, FakeResult>> = {
  ls: { stdout: 'a\nb\n' },
  'cd /srv && pwd -P': { stdout: '/mnt/srv\n' },
  'cd odd && pwd -P': { stdout: '/mnt/\u001b[2J\n' },
  "cd -- '/mnt/srv' || exit 126\nls": { stdout: 'c\n' },
  "cd -- '/mnt/srv' || exit 126\ncd nowhere && pwd -P": { stderr: 'no such\n', code: 1 },
  "export LANG='it'\\''s'\nls": { stdout: 'd\n' },
}

let stage: SshStage
let target: FakeTarget

beforeEach(() => {
  target = new FakeTarget((command) => results[command])
  stage = new SshStage({ target })
  stage.controlPlane.answer = () => stage.controlPlane.allow({ lines: true })
})
afterEach(() => stage.finish())

async function shell(window: object | false = false) {
  const client = await stage.client()
  const channel = await new Promise<ClientChannel>((resolve, reject) =>
    client.client.shell(window, {}, (error, opened) => (error ? reject(error) : resolve(opened))),
  )
  return { client, channel }
}

async function entered(lines: string): Promise<Answer> {
  const { client, channel } = await shell()
  const answered = client.answerOf(channel)
  channel.end(lines)
  return answered
}

const asked = () =>
  stage.controlPlane.asked.map(({ operation }) => (operation.kind === 'command' ? operation : {}))

it('runs each line as an operation of its own, and never a shell', async () => {
  const { stdout, code } = await entered('ls\nls\nexit 7\n')
  expect(stdout).toContain('each line is decided on its own')
  expect(stdout).toMatch(/a\nb\na\nb\n$/)
  expect(code).toBe(7)
  expect(asked()).toMatchObject([
    { shape: 'shell' },
    { shape: 'exec', text: 'ls', directory: '', terminal: false },
    { shape: 'exec', text: 'ls' },
  ])
  expect(target.commands).toEqual(['ls', 'ls'])
  expect(stage.spool.of('outcome').map(({ outcome }) => outcome.completion)).toEqual([
    'exit 0',
    'exit 0',
    'exit 7',
  ])
})

it('keeps a directory that the target has named, and shows the lines in it as they will run', async () => {
  const { stderr, code } = await entered('cd /srv\ncd nowhere\nls\ncd\nls\ncd -\nls\n')
  expect(code).toBe(0)
  expect(stderr).toContain('no such')
  expect(target.commands).toEqual([
    'cd /srv && pwd -P',
    "cd -- '/mnt/srv' || exit 126\ncd nowhere && pwd -P",
    "cd -- '/mnt/srv' || exit 126\nls",
    'ls',
    "cd -- '/mnt/srv' || exit 126\nls",
  ])
  expect(asked().at(-1)).toMatchObject({ text: 'ls', directory: '/mnt/srv' })
})

it('keeps no directory whose name would steer a terminal', async () => {
  const { stderr } = await entered('cd odd\nls\n')
  expect(stderr).toContain('cannot be kept')
  expect(target.commands.at(-1)).toBe('ls')
})

it('keeps variables that the connection lists, and no other', async () => {
  const { stdout } = await entered("export LANG='it'\nexport PATH=/tmp\nls\n")
  expect(stdout).toContain('PATH may not be set')
  expect(target.commands).toEqual(["export LANG='it'\nls"])
  expect(target.variables).toEqual([])
})

it('refuses a line with its reason, and goes on', async () => {
  stage.controlPlane.answer = (operation) =>
    operation.kind === 'command' && operation.text === 'id'
      ? stage.controlPlane.deny()
      : stage.controlPlane.allow({ lines: true })
  const { stdout, stderr, code } = await entered('id\nls\nid\n')
  expect(stderr).toContain('ERR_POLICY_DENIED')
  expect(stdout).toContain('a\nb\n')
  expect(code).toBe(126)
  expect(target.commands).toEqual(['ls'])
})

it('shows a terminal what it types, a prompt, and lines that end as it needs them', async () => {
  const { client, channel } = await shell({ term: 'xterm', cols: 80, rows: 24 })
  const answered = client.answerOf(channel)
  channel.write('lx\u007fs\r')
  let shown = ''
  await new Promise<void>((resolve) =>
    channel.on('data', (chunk: Buffer) => {
      shown += chunk.toString()
      if (shown.endsWith('b\r\n~ $ ')) resolve()
    }),
  )
  channel.write('exit\r')
  const { stdout, code } = await answered
  expect(code).toBe(0)
  expect(stdout).toContain('~ $ lx\b \bs\r\na\r\nb\r\n~ $ exit\r\n')
  expect(target.terminals).toEqual([])
  expect(stage.recorded.map(({ text }) => text).join('')).toContain('~ $ ')
})

it('gives up the line that is held when the client interrupts it', async () => {
  const script = stage.controlPlane.hold()
  const { client, channel } = await shell({ term: 'xterm', cols: 80, rows: 24 })
  const answered = client.answerOf(channel)
  await stage.controlPlane.untilAsked(1)
  stage.controlPlane.answer = () => script
  channel.write('rm x\rls\r')
  await stage.controlPlane.untilAsked(2)
  channel.write('\u0003')
  await stage.spool.until((spool) => spool.of('refused').length === 1)
  channel.write('exit\r')
  const { stdout } = await answered
  expect(stdout).toContain(fakeHold.url)
  expect(stage.controlPlane.withdrawn).toHaveLength(1)
  expect(target.commands).toEqual([])
})

it('opens a shell at the target only when no rule wants lines', async () => {
  stage.controlPlane.answer = () => stage.controlPlane.allow()
  const { client, channel } = await shell()
  await client.answerOf(channel)
  expect(target.commands).toEqual(['shell'])
})

/** At a terminal, what was typed first being more than the recording has room for. */
async function typedAhead() {
  const { client, channel } = await shell({ term: 'xterm', cols: 80, rows: 24 })
  const answered = client.answerOf(channel)
  await stage.controlPlane.untilAsked(1)
  stage.recorder.roomBytes = 0
  channel.write('a')
  await stage.recorder.whenWaiting()
  return { channel, answered }
}

it('reads no more of what is typed than is recorded', async () => {
  const { channel, answered } = await typedAhead()
  stage.recorder.roomBytes = Infinity
  channel.write('b\u0015exit\r')
  await new Promise((resolve) => setImmediate(resolve))
  const typed = () => stage.recorded.map(({ text }) => text).join('')
  expect(typed()).not.toContain('ab')
  stage.recorder.giveRoom()
  expect(await answered).toMatchObject({ code: 0 })
  expect(typed()).toContain('ab')
})

it('ends when nothing of what is typed is recorded, and says why', async () => {
  const { answered } = await typedAhead()
  stage.recorder.giveNone(new AuditError('ERR_AUDIT_UNAVAILABLE', 'the recording is full'))
  expect(await answered).toMatchObject({
    code: 126,
    stderr: expect.stringContaining('the recording is full'),
  })
})
