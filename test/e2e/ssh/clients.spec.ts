import { freePort } from '@wardgate/gateway/testing'
import { readFileSync, writeFileSync } from 'node:fs'
import { describeWithPeer } from '../../support/peers'
import { sharedInstance } from '../../support/shared-instance'
import { SshClient } from '../../support/ssh-client'
import { SshServer } from '../../support/ssh-server'
import { registerBox } from './box'

jest.setTimeout(60_000)

const everything = `  - { id: everything, effect: allow, match: { actions: ["*"] } }
  - { id: everything-else, effect: allow, match: { actions: ["*"], opaque: true } }
`

describeWithPeer('sshd', (sshd) => {
  let server: SshServer
  let client: SshClient

  beforeAll(async () => {
    server = await SshServer.start(sshd, await freePort())
    await registerBox(sharedInstance, { connection: 'open-box', server, rules: everything })
    client = new SshClient({
      agent: sharedInstance.listener('ssh'),
      connection: 'open-box',
      token: await sharedInstance.token('aiAgent'),
    })
  })
  afterAll(() => {
    client.remove()
    server.stop()
  })

  it('runs a command, with its input, both outputs and its exit status', async () => {
    const script = 'read line; echo "out $line"; echo "err" >&2; exit 7'
    expect(await client.ssh(['governed', script], 'in\n')).toEqual({
      stdout: 'out in\n',
      stderr: 'err\n',
      code: 7,
    })
  })

  it('has a terminal on request', async () => {
    const { stdout, code } = await client.ssh(['-tt', 'governed', 'tty; stty size'])
    expect(stdout).toMatch(/^\/dev\/pts\/\d+\r\n\d+ \d+\r\n$/)
    expect(code).toBe(0)
  })

  it('runs a shell that reads from its input', async () => {
    const { stdout, code } = await client.ssh(['-T', 'governed'], 'echo shell $((6*7))\nexit 3\n')
    expect(stdout).toContain('shell 42')
    expect(code).toBe(3)
  })

  it('carries bytes of any kind and any amount in both directions', async () => {
    writeFileSync(client.path('bytes'), randomLooking(3 * 1024 * 1024))
    const { stdout } = await client.run('sh', [
      '-c',
      `ssh -F ${client.path('config')} governed cat < ${client.path('bytes')} | sha256sum; sha256sum < ${client.path('bytes')}`,
    ])
    const [through, direct] = stdout.split('\n')
    expect(through).toBe(direct)
  })

  it.each([
    ['sftp mode', []],
    ['legacy mode', ['-O']],
  ])('copies files with scp in %s', async (_title, flags) => {
    const content = randomLooking(300_000)
    writeFileSync(client.path('up'), content)
    const there = server.path(`scp${flags.join('')}`)
    const scp = ['-q', '-F', client.path('config'), ...flags]
    expect(await client.run('scp', [...scp, client.path('up'), `governed:${there}`])).toMatchObject(
      { code: 0, stderr: '' },
    )
    expect(readFileSync(there).equals(content)).toBe(true)
    expect(
      await client.run('scp', [...scp, `governed:${there}`, client.path('down')]),
    ).toMatchObject({ code: 0, stderr: '' })
    expect(readFileSync(client.path('down')).equals(content)).toBe(true)
  })

  it('works on files with sftp', async () => {
    const at = server.path('sftp')
    writeFileSync(client.path('note'), 'hello\n')
    const script = [
      `mkdir ${at}`,
      `put ${client.path('note')} ${at}/a`,
      `chmod 640 ${at}/a`,
      `rename ${at}/a ${at}/b`,
      `ln ${at}/b ${at}/hard`,
      `symlink ${at}/b ${at}/soft`,
      `ls -l ${at}`,
      `get ${at}/soft ${client.path('got')}`,
      `rm ${at}/hard`,
      `rm ${at}/soft`,
      `rm ${at}/b`,
      `rmdir ${at}`,
    ].join('\n')
    const { stdout, stderr, code } = await client.run(
      'sftp',
      ['-q', '-F', client.path('config'), '-oBatchMode=no', '-b', '-', 'governed'],
      script,
    )
    expect({ stderr, code }).toEqual({ stderr: '', code: 0 })
    expect(stdout).toMatch(/-rw-r-----.* b$/m)
    expect(stdout).toMatch(/lrwxrwxrwx.* soft$/m)
    expect(readFileSync(client.path('got'), 'utf8')).toBe('hello\n')
  })

  it('shares one connection among several commands', async () => {
    const socket = client.path('mux')
    const mux = [
      '-o',
      'ControlMaster=auto',
      '-o',
      `ControlPath=${socket}`,
      '-o',
      'ControlPersist=20',
    ]
    expect(await client.ssh([...mux, 'governed', 'echo first'])).toMatchObject({ code: 0 })
    const results = await Promise.all(
      [1, 2, 3, 4, 5].map((n) => client.ssh([...mux, 'governed', `sleep 0.1; echo ${n}`])),
    )
    expect(results.map(({ stdout }) => stdout)).toEqual(['1\n', '2\n', '3\n', '4\n', '5\n'])
    await client.ssh([...mux, '-O', 'exit', 'governed'])
  })

  it('goes on through new keys', async () => {
    const { stdout, code } = await client.ssh([
      '-o',
      'RekeyLimit=1M',
      'governed',
      'head -c 5000000 /dev/zero | tr "\\0" x | sha256sum; head -c 5000000 /dev/zero',
    ])
    expect(code).toBe(0)
    expect(stdout.length).toBeGreaterThan(5_000_000)
  })

  describeWithPeer('rsync', () => {
    it('synchronises with rsync', async () => {
      writeFileSync(client.path('synced'), randomLooking(100_000))
      const shell = `ssh -F ${client.path('config')}`
      const args = ['-e', shell, client.path('synced'), `governed:${server.path('synced')}`]
      expect(await client.run('rsync', args)).toMatchObject({ code: 0, stderr: '' })
      expect(readFileSync(server.path('synced')).length).toBe(100_000)
    })
  })

  it('pushes and clones with git', async () => {
    const there = server.path('repository.git')
    const here = client.path('work')
    const script = [
      `git init -q --bare ${there}`,
      `git init -q ${here}`,
      `cd ${here}`,
      'git -c user.name=a -c user.email=a@b.test commit -q --allow-empty -m first',
      `git push -q governed:${there} HEAD:refs/heads/main`,
      `git clone -q -b main governed:${there} ${client.path('clone')}`,
      `git -C ${client.path('clone')} log --format=%s`,
    ].join(' && ')
    expect(await client.run('sh', ['-c', script])).toEqual({
      stdout: 'first\n',
      stderr: '',
      code: 0,
    })
  })

  it('reaches another host through the target', async () => {
    const { host, port } = server.address
    const { stdout } = await client.ssh(['-W', `${host}:${port}`, 'governed'], 'SSH-2.0-test\r\n')
    expect(stdout).toMatch(/^SSH-2.0-OpenSSH/)
  })
})

/** The same each time, and not compressible. */
function randomLooking(length: number): Buffer {
  const bytes = Buffer.allocUnsafe(length)
  let state = 1
  for (let at = 0; at < length; at++) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
    bytes[at] = state >>> 16
  }
  return bytes
}
