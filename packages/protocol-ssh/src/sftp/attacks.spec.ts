import { ByteWriter } from '@wardgate/wire'
import type { ClientChannel } from 'ssh2'
import { FakeFiles, FakeTarget, SshStage } from '../testing'
import { openFlags, requests, statuses } from './codes'
import { putText } from './fields'
import { FrameReader } from './frames'

let stage: SshStage
let files: FakeFiles
let channel: ClientChannel
let answered: (() => void) | undefined
let answers: Buffer[]

beforeEach(async () => {
  files = new FakeFiles({ '/a.txt': 'content', '/b.txt': 'other' })
  stage = new SshStage({ target: new FakeTarget(() => undefined, files) })
  const { client } = await stage.client()
  channel = await new Promise<ClientChannel>((resolve, reject) =>
    client.subsys('sftp', (error, opened) => (error ? reject(error) : resolve(opened))),
  )
  answers = []
  const frames = new FrameReader()
  channel.on('data', (chunk: Buffer) => {
    for (const frame of frames.push(chunk)) answers.push(frame.whole())
    answered?.()
  })
  await ask(requests.init, 3)
})
afterEach(() => stage.finish())

/** Sends one message byte by byte of our own making, and waits for its answer. */
async function ask(type: number, id: number, put: (body: ByteWriter) => unknown = () => undefined) {
  const body = new ByteWriter().u8(type).u32(id)
  put(body)
  const bytes = body.finish()
  const before = answers.length
  channel.write(Buffer.concat([new ByteWriter().u32(bytes.length).finish(), bytes]))
  while (answers.length === before) await new Promise<void>((resolve) => (answered = resolve))
  return answers[before] ?? Buffer.alloc(0)
}

/** Of an answer that is one. */
function statusIn(answer: Buffer): number | undefined {
  return answer[4] === 101 ? answer.readUInt32BE(9) : undefined
}

async function open(path: string, flags: number): Promise<Buffer> {
  const answer = await ask(requests.open, 1, (body) => putText(body, path).u32(flags).u32(0))
  expect(answer[4]).toBe(102)
  return answer.subarray(13)
}

function named(handle: Buffer): (body: ByteWriter) => ByteWriter {
  return (body) => body.u32(handle.length).put(handle)
}

const at = (body: ByteWriter) => body.u32(0).u32(0)

it.each([
  'lsetstat@openssh.com',
  'copy-data',
  'copy-file',
  'expand-path@openssh.com',
  'home-directory',
  'users-groups-by-id@openssh.com',
  'fstatvfs@openssh.com',
  'vendor-id',
  'md5-hash-handle',
  'check-file-name',
  'space-available',
  'text-seek',
  'POSIX-RENAME@openssh.com',
  '',
])('passes no extension on that it does not know: %j', async (name) => {
  const answer = await ask(requests.extended, 7, (body) => putText(putText(body, name), '/a.txt'))
  expect(statusIn(answer)).toBe(statuses.unsupported)
  expect(files.asked).toEqual([])
  expect(stage.controlPlane.asked).toEqual([])
})

it.each([
  ['posix-rename@openssh.com', 'rename', ['/a.txt', '/c.txt']],
  ['hardlink@openssh.com', 'link', ['/a.txt', '/c.txt']],
  ['statvfs@openssh.com', 'stat', ['/a.txt']],
])('decides %s as a %s', async (name, action, paths) => {
  stage.controlPlane.answer = () => stage.controlPlane.deny()
  const answer = await ask(requests.extended, 7, (body) => {
    for (const text of [name, ...paths]) putText(body, text)
  })
  expect(statusIn(answer)).toBe(statuses.permissionDenied)
  expect(files.asked).toEqual([])
  expect(stage.controlPlane.asked).toMatchObject([{ operation: { kind: 'file', action } }])
})

it('writes nothing through a handle that was opened for reading, whatever the target would do', async () => {
  const handle = named(await open('/a.txt', openFlags.read))
  const answer = await ask(requests.write, 2, (body) => putText(at(handle(body)), 'changed'))
  expect(statusIn(answer)).toBe(statuses.permissionDenied)
  expect(files.content.get('/a.txt')?.toString()).toBe('content')
})

it.each([openFlags.write, openFlags.write | openFlags.append, openFlags.append])(
  'reads nothing through a handle that was opened for writing: flags %i',
  async (flags) => {
    const handle = named(await open('/a.txt', flags))
    const answer = await ask(requests.read, 2, (body) => at(handle(body)).u32(100))
    expect(statusIn(answer)).toBe(statuses.permissionDenied)
  },
)

it('neither reads nor writes through the handle of a folder', async () => {
  const answer = await ask(requests.opendir, 1, (body) => putText(body, '/'))
  const handle = named(answer.subarray(13))
  const read = await ask(requests.read, 2, (body) => at(handle(body)).u32(100))
  const written = await ask(requests.write, 3, (body) => putText(at(handle(body)), 'x'))
  expect([statusIn(read), statusIn(written)]).toEqual([
    statuses.permissionDenied,
    statuses.permissionDenied,
  ])
})

it.each([
  ['that was never given', Buffer.from([9, 9, 9, 9])],
  ['of no bytes', Buffer.alloc(0)],
  ['of the form that targets give', Buffer.from('0000000000000000', 'hex')],
])('knows no handle %s', async (_title, handle) => {
  await open('/a.txt', openFlags.read)
  const answer = await ask(requests.read, 2, (body) => at(named(handle)(body)).u32(100))
  expect(statusIn(answer)).toBe(statuses.failure)
})

it('knows a handle no more once it was closed', async () => {
  const handle = await open('/a.txt', openFlags.read)
  expect(statusIn(await ask(requests.close, 2, named(handle)))).toBe(statuses.ok)
  expect(statusIn(await ask(requests.close, 3, named(handle)))).toBe(statuses.failure)
})

it.each([
  ['a NUL in it', '/a.txt\0.png'],
  ['more than 4096 bytes', `/${'a'.repeat(5_000)}`],
])('asks the target for no path with %s', async (_title, path) => {
  const answer = await ask(requests.open, 2, (body) => putText(body, path).u32(1).u32(0))
  expect(statusIn(answer)).not.toBe(undefined)
  expect(files.asked).toEqual([])
})

it.each([
  ['fields missing', (body: ByteWriter) => body.u32(100)],
  ['bytes too many', (body: ByteWriter) => putText(putText(body, '/a.txt'), 'more')],
])('refuses a message with %s, and goes on', async (_title, put) => {
  expect(statusIn(await ask(requests.stat, 2, put))).toBe(statuses.badMessage)
  expect(files.asked).toEqual([])
  const answer = await ask(requests.stat, 3, (body) => putText(body, '/a.txt'))
  expect(answer[4]).toBe(105)
})

it('ends with the reason, and ends nothing else, when files that are still open cannot be recorded to their end', async () => {
  const handle = await open('/a.txt', openFlags.read)
  await ask(requests.read, 2, (body) => at(named(handle)(body)).u32(100))
  stage.recorder.refuses = (_, text) => text.includes('sha256:')
  let stderr = ''
  channel.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
  const exited = new Promise((resolve) => channel.once('exit', resolve))
  const closed = new Promise((resolve) => channel.once('close', resolve))
  channel.end()
  expect(await exited).toBe(1)
  await closed
  expect(stderr).toContain('ERR_AUDIT_UNAVAILABLE: the recording is full')
  expect(stage.spool.of('outcome')).toMatchObject([{ outcome: { status: 'succeeded', bytes: 7 } }])
})

it('settles all that is open, recorded or not, when the client is gone', async () => {
  for (const path of ['/a.txt', '/b.txt']) {
    const handle = await open(path, openFlags.read)
    await ask(requests.read, 2, (body) => at(named(handle)(body)).u32(100))
  }
  stage.recorder.refuses = (_, text) => text.includes('sha256:')
  await stage.finish()
  expect(stage.spool.of('outcome')).toHaveLength(2)
  expect(stage.log.lines).not.toContainEqual(expect.objectContaining({ level: 'error' }))
})
