import { emptyPlan } from '@wardgate/masking'
import type { ClientChannel, SFTPWrapper } from 'ssh2'
import { FakeFiles, FakeTarget, SshStage, type FakeClient } from '../testing'

let stage: SshStage
let files: FakeFiles
let client: FakeClient

beforeEach(async () => {
  files = new FakeFiles({ '/a.txt': 'card 4111 1111 1111 1111 end', '/b.bin': '\0\x01binary' })
  stage = new SshStage({ target: new FakeTarget(() => undefined, files) })
  client = await stage.client()
})
afterEach(() => stage.finish())

function sftpOf({ client: library }: FakeClient): Promise<SFTPWrapper> {
  return new Promise((resolve, reject) =>
    library.sftp((error, sftp) => (error ? reject(error) : resolve(sftp))),
  )
}

function call<T>(work: (done: (error: Error | null | undefined, value: T) => void) => void) {
  return new Promise<T>((resolve, reject) =>
    work((error, value) => (error ? reject(error) : resolve(value))),
  )
}

const masking = {
  ...emptyPlan,
  detectors: [{ detector: 'credit_card', rule: 'cards', method: { kind: 'redact' } as const }],
}

it('opens nothing at the target before something may be done there', async () => {
  const sftp = await sftpOf(client)
  expect(files.asked).toEqual([])
  stage.controlPlane.answer = () => stage.controlPlane.deny()
  await expect(call((done) => sftp.stat('/a.txt', done))).rejects.toThrow('ERR_POLICY_DENIED')
  expect(files.asked).toEqual([])
  expect(stage.spool.of('refused')).toMatchObject([{ operation: { action: 'stat' } }])
})

it('reads and writes under the permit of the open, with a digest of what went through', async () => {
  const sftp = await sftpOf(client)
  const content = await call<Buffer>((done) => sftp.readFile('/a.txt', done))
  expect(content.toString()).toContain('4111')
  await call<unknown>((done) => sftp.writeFile('/new', 'hello', (error) => done(error, undefined)))
  expect(files.content.get('/new')?.toString()).toBe('hello')
  expect(stage.controlPlane.asked.map(({ operation }) => operation)).toMatchObject([
    { kind: 'file', action: 'read', path: '/a.txt' },
    { kind: 'file', action: 'write', path: '/new', detail: 'write,create,truncate mode=0666' },
  ])
  await stage.spool.until((spool) => spool.of('outcome').length === 2)
  expect(stage.spool.of('outcome')[1]).toMatchObject({
    outcome: {
      status: 'succeeded',
      bytes: 5,
      completion: 'sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824',
    },
  })
})

it('says how much may be read at once, without asking the target', async () => {
  const channel = await new Promise<ClientChannel>((resolve, reject) =>
    client.client.subsys('sftp', (error, opened) => (error ? reject(error) : resolve(opened))),
  )
  const received: Buffer[] = []
  const answered = new Promise<Buffer>((resolve) =>
    channel.on('data', (chunk: Buffer) => {
      received.push(chunk)
      const bytes = Buffer.concat(received)
      const version = 4 + bytes.readUInt32BE(0)
      if (bytes.length >= version + 41) resolve(bytes.subarray(version))
    }),
  )
  const init = Buffer.from('000000050100000003', 'hex')
  const name = Buffer.from('limits@openssh.com')
  const head = Buffer.from([0, 0, 0, 9 + name.length, 200, 0, 0, 0, 7, 0, 0, 0, name.length])
  channel.write(Buffer.concat([init, head, name]))
  const answer = await answered
  expect([answer.readUInt32BE(0), answer[4], answer.readUInt32BE(5)]).toEqual([37, 201, 7])
  expect([9, 17, 25, 33].map((at) => Number(answer.readBigUInt64BE(at)))).toEqual([
    262_144, 261_120, 32_768, 256,
  ])
  expect(files.asked).toEqual([])
})

it('asks the target for no more content at once than a window holds', async () => {
  const [block, reads] = [32 * 1024, 100]
  files.content.set('/large', Buffer.alloc(reads * block, 'x'))
  const sftp = await sftpOf(client)
  const other = await sftpOf(client)
  const handle = await call<Buffer>((done) => sftp.open('/large', 'r', done))
  const held: (() => void)[] = []
  files.held = held
  const read = (at: number) =>
    call<number>((done) => sftp.read(handle, Buffer.alloc(block), 0, block, at * block, done))
  const blocks = Promise.all(Array.from({ length: reads }, (_, at) => read(at)))
  // Sent after them: what of them is passed on has arrived when this is answered.
  await call((done) => other.stat('/large', done))
  expect(held).toHaveLength(64)
  files.held = undefined
  for (const answer of held) answer()
  expect((await blocks).every((bytes) => bytes === block)).toBe(true)
})

it('asks for both when a file is opened for reading and writing', async () => {
  stage.controlPlane.answer = (operation) =>
    operation.kind === 'file' && operation.action === 'write'
      ? stage.controlPlane.deny()
      : stage.controlPlane.allow()
  const sftp = await sftpOf(client)
  await expect(call((done) => sftp.open('/a.txt', 'r+', done))).rejects.toThrow('ERR_POLICY_DENIED')
  expect(files.asked).toEqual([])
  await stage.spool.until((spool) => spool.of('outcome').length === 1)
  expect(stage.spool.of('outcome')).toMatchObject([{ outcome: { status: 'cancelled' } }])
})

it.each([
  ['remove', (sftp: SFTPWrapper, done: () => void) => sftp.unlink('/a.txt', done), {}],
  [
    'rename',
    (sftp: SFTPWrapper, done: () => void) => sftp.rename('/a.txt', '/c', done),
    { destination: '/c' },
  ],
  [
    'setstat',
    (sftp: SFTPWrapper, done: () => void) => sftp.chmod('/a.txt', 0o600, done),
    { detail: 'mode=0600' },
  ],
  ['list', (sftp: SFTPWrapper, done: () => void) => sftp.readdir('/a.txt', done), {}],
])('decides %s by its path', async (action, work, more) => {
  const sftp = await sftpOf(client)
  await call<unknown>((done) => work(sftp, (error?: Error) => done(error, undefined)))
  expect(stage.controlPlane.asked[0]?.operation).toMatchObject({ action, path: '/a.txt', ...more })
})

it('masks what is read from text, at every offset, with its own size', async () => {
  stage.controlPlane.answer = () => stage.controlPlane.allow({ masking })
  const sftp = await sftpOf(client)
  const handle = await call<Buffer>((done) => sftp.open('/a.txt', 'r', done))
  const { size } = await call<{ size: number }>((done) => sftp.fstat(handle, done))
  const bytes = Buffer.alloc(size - 5)
  await call((done) => sftp.read(handle, bytes, 0, size - 5, 5, done))
  expect(bytes.toString()).not.toMatch(/4111/)
  expect(bytes.toString()).toMatch(/end$/)
})

it('tells one size of what is masked, whatever it is asked by, and none in listings', async () => {
  stage.controlPlane.answer = () => stage.controlPlane.allow({ masking })
  const sftp = await sftpOf(client)
  const content = await call<Buffer>((done) => sftp.readFile('/a.txt', done))
  const sizes = await Promise.all([
    call<{ size: number }>((done) => sftp.stat('/a.txt', done)),
    call<{ size: number }>((done) => sftp.lstat('/a.txt', done)),
  ])
  expect(sizes.map(({ size }) => size)).toEqual([content.length, content.length])
  const listed = await call<{ attrs: { size?: number } }[]>((done) => sftp.readdir('/', done))
  expect(listed.map(({ attrs }) => attrs.size)).toEqual([undefined, undefined])
  expect((await call<{ size?: number }>((done) => sftp.stat('/b.bin', done))).size).toBeUndefined()
})

it('tells sizes as they are where nothing is masked', async () => {
  const sftp = await sftpOf(client)
  const { size } = await call<{ size: number }>((done) => sftp.stat('/a.txt', done))
  expect(size).toBe(files.content.get('/a.txt')?.length)
  expect(files.asked).toEqual(['stat /a.txt'])
})

it('records what was read and written, masked, with digests', async () => {
  stage.controlPlane.answer = () => stage.controlPlane.allow({ masking })
  const sftp = await sftpOf(client)
  await call<Buffer>((done) => sftp.readFile('/a.txt', done))
  stage.controlPlane.answer = () => stage.controlPlane.allow()
  await call<unknown>((done) => sftp.writeFile('/new', 'hello', (error) => done(error, undefined)))
  await call<Buffer>((done) => sftp.readFile('/b.bin', done))
  await stage.spool.until((spool) => spool.of('outcome').length === 3)
  const text = stage.recorded.map((item) => item.text).join('')
  expect(text).toMatch(
    /^read \/a\.txt \(read mode=0666\)\ncard .* end\r\n\[\/a\.txt: \d+ bytes, sha256:/,
  )
  expect(text).not.toContain('4111')
  expect(stage.recorded).toContainEqual({ direction: 'in', text: 'hello' })
  expect(text).toContain(
    '[/new: 5 bytes, sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824]',
  )
  expect(text).toContain('[/b.bin: content that is no text is not recorded]')
  expect(text).not.toContain('binary')
})

it('withholds what no masker can read, unless the rule lets it pass', async () => {
  const sftp = await sftpOf(client)
  stage.controlPlane.answer = () => stage.controlPlane.allow({ masking })
  await expect(call((done) => sftp.readFile('/b.bin', done))).rejects.toThrow('ERR_POLICY')
  stage.controlPlane.answer = () =>
    stage.controlPlane.allow({ masking: { ...masking, unreadable: 'pass' } })
  expect(await call((done) => sftp.readFile('/b.bin', done))).toEqual(files.content.get('/b.bin'))
})

it('withholds what is larger than may be looked through, with a code of its own', async () => {
  await stage.finish()
  const target = new FakeTarget(() => undefined, files)
  files.content.set('/long.txt', Buffer.alloc(3_000, 'x'))
  stage = new SshStage({ target, settings: { scanMaxBytes: 2_000 } })
  stage.controlPlane.answer = () => stage.controlPlane.allow({ masking })
  client = await stage.client()
  const sftp = await sftpOf(client)
  await expect(call((done) => sftp.readFile('/long.txt', done))).rejects.toThrow('ERR_LIMIT_SCAN')
  const { size } = await call<{ size?: number }>((done) => sftp.stat('/long.txt', done))
  expect(size).toBeUndefined()
})

it('does not let a client guess handles', async () => {
  const sftp = await sftpOf(client)
  await call((done) => sftp.stat('/a.txt', done))
  await expect(call((done) => sftp.fstat(Buffer.from([0, 0, 0, 9]), done))).rejects.toThrow(
    'no such handle',
  )
})

it('settles what is open when the client goes away', async () => {
  const sftp = await sftpOf(client)
  await call((done) => sftp.open('/a.txt', 'r', done))
  client.client.end()
  await stage.spool.until((spool) => spool.of('session-ended').length === 1)
  expect(stage.spool.of('outcome')).toHaveLength(1)
})

it('passes on large files as they are, several at a time', async () => {
  const contents = [1, 2, 3].map((seed) =>
    Buffer.from(
      Uint32Array.from({ length: 400_000 }, (_, at) => Math.imul(at, 2654435761) ^ seed).buffer,
    ),
  )
  contents.forEach((content, at) => files.content.set(`/large-${at}`, content))
  const read = await Promise.all(
    contents.map(async (_content, at) => {
      const sftp = await sftpOf(client)
      return call<Buffer>((done) => sftp.readFile(`/large-${at}`, done))
    }),
  )
  contents.forEach((content, at) => expect(read[at]?.equals(content)).toBe(true))
  const sftp = await sftpOf(client)
  const [content = Buffer.alloc(0)] = contents
  await call<unknown>((done) => sftp.writeFile('/copy', content, (error) => done(error, undefined)))
  expect(files.content.get('/copy')?.equals(content)).toBe(true)
})

it('tells the client that an answer of the target cannot be read, and goes on', async () => {
  files.readAnswer = (id) => {
    const answer = Buffer.from('0000000a67000000000000ffff41', 'hex')
    answer.writeUInt32BE(id, 5)
    return answer
  }
  const sftp = await sftpOf(client)
  await expect(call((done) => sftp.readFile('/a.txt', done))).rejects.toThrow(
    'ERR_PROTOCOL_MALFORMED',
  )
  files.readAnswer = undefined
  const other = await sftpOf(client)
  expect((await call<Buffer>((done) => other.readFile('/a.txt', done))).toString()).toContain(
    'card',
  )
})

describe('when the recording takes no more', () => {
  const noteOfEnd = (_: unknown, text: string) => text.includes('sha256:')

  it('the close of a file is answered with the reason, and settled', async () => {
    const sftp = await sftpOf(client)
    const handle = await call<Buffer>((done) => sftp.open('/a.txt', 'r', done))
    await call<number>((done) => sftp.read(handle, Buffer.alloc(100), 0, 100, 0, done))
    stage.recorder.refuses = noteOfEnd
    const closed = call<unknown>((done) => sftp.close(handle, (error) => done(error, undefined)))
    await expect(closed).rejects.toThrow('ERR_AUDIT_UNAVAILABLE')
    expect(stage.spool.of('outcome')).toMatchObject([
      { outcome: { status: 'succeeded', completion: expect.stringContaining('sha256:') } },
    ])
  })
})

it('takes no further request while the recording is behind', async () => {
  const sftp = await sftpOf(client)
  const handle = await call<Buffer>((done) => sftp.open('/new', 'w', done))
  const write = (text: string, at: number) =>
    call<unknown>((done) =>
      sftp.write(handle, Buffer.from(text), 0, text.length, at, (error) => done(error, undefined)),
    )
  await write('first', 0)
  stage.recorder.isBehind = true
  const second = write('second', 5)
  await stage.recorder.whenWaiting()
  expect(files.content.get('/new')?.toString()).toBe('first')
  stage.recorder.giveRoom()
  await second
  expect(files.content.get('/new')?.toString()).toBe('firstsecond')
})
