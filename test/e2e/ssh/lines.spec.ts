import { freePort } from '@wardgate/gateway/testing'
import { execFileSync } from 'node:child_process'
import { existsSync, writeFileSync } from 'node:fs'
import { describeWithPeer } from '../../support/peers'
import { sharedInstance } from '../../support/shared-instance'
import { SshClient } from '../../support/ssh-client'
import { SshServer } from '../../support/ssh-server'
import { registerBox } from './box'

jest.setTimeout(60_000)

const rules = (folder: string) => `  - id: shells
    effect: allow
    match: { actions: [shell], opaque: true }
    lines: true
  - id: look
    effect: allow
    match:
      actions: [exec, read]
      resources: ["command:cat *", "command:echo *", "command:cd *", "command:pwd *", "path:${folder}/**"]
`

describeWithPeer('sshd', (sshd) => {
  let server: SshServer
  let client: SshClient

  beforeAll(async () => {
    server = await SshServer.start(sshd, await freePort())
    execFileSync('mkdir', [server.path('a folder')])
    writeFileSync(server.path('a folder/note'), 'noted\n')
    await registerBox(sharedInstance, {
      connection: 'line-box',
      server,
      rules: rules(server.folder),
    })
    client = new SshClient({
      agent: sharedInstance.listener('ssh'),
      connection: 'line-box',
      token: await sharedInstance.token('aiAgent'),
    })
  })
  afterAll(() => {
    client.remove()
    server.stop()
  })

  it('runs what is piped into a shell line by line, and keeps the directory', async () => {
    const script = `cd '${server.path('a folder')}'\ncat note\ncat ../host-key\necho $$ >/dev/null; cat note\nexit 3\n`
    const { stdout, stderr, code } = await client.ssh(['-T', 'governed'], script)
    expect(stdout).toContain('each line is decided on its own')
    expect(stdout.match(/^noted/gm)).toHaveLength(2)
    expect(stdout).toContain('OPENSSH PRIVATE KEY')
    expect({ stderr, code }).toEqual({ stderr: '', code: 3 })
  })

  it.each([
    ['another program', 'id'],
    ['a path that leads out of the directory', 'cat ../../../../../etc/hostname'],
    ['a shell that would read what is typed next', 'sh'],
    ['a function that takes a permitted name', 'cat() { id; }; cat x'],
    ['a program behind a directory that is quoted badly', "cd 'x' ; id '"],
    ['a move into a substitution', 'cd $(touch moved)'],
  ])('refuses %s, and goes on', async (_title, line) => {
    const { stdout, stderr, code } = await client.ssh(['-T', 'governed'], `${line}\necho on\n`)
    expect(stderr).toContain('ERR_POLICY')
    expect(stdout).not.toContain('uid=')
    expect(stdout).toMatch(/on\n$/)
    expect(code).toBe(0)
    expect(existsSync(server.path('moved'))).toBe(false)
  })

  it('is a shell to a person at a terminal: echo, prompt, and lines that end as they should', async () => {
    const typed = `cd '${server.path('a folder')}'\rcat note\rexit\r`
    const { stdout, code } = await client.ssh(['-tt', 'governed'], typed)
    expect(code).toBe(0)
    expect(stdout).toContain('~ $ ')
    expect(stdout).toContain('a folder $ ')
    expect(stdout).toContain('noted\r\n')
  })

  it('gives programs no terminal and nothing that is typed', async () => {
    const { stdout } = await client.ssh(['-tt', 'governed'], 'cat\recho done\rexit\r')
    expect(stdout).toMatch(/done\r\n/)
  })
})
