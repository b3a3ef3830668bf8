import { freePort } from '@wardgate/gateway/testing'
import { readFileSync } from 'node:fs'
import { runProcess } from '../../support/instance'
import { describeWithPeer } from '../../support/peers'
import { sharedInstance } from '../../support/shared-instance'
import { SshServer } from '../../support/ssh-server'
import { registerBox } from './box'

jest.setTimeout(60_000)

const rules = `  - { id: look, effect: allow, match: { actions: [exec], resources: ["command:echo *", "command:id *"] } }
`

describeWithPeer('sshd', (sshd) => {
  const connection = 'key-box'
  let server: SshServer
  let config: string
  let key: { readonly id: string; readonly principalId: string }

  const ssh = (...args: string[]) =>
    runProcess(
      'ssh',
      ['-F', config, '-o', 'BatchMode=yes', `${connection}.wardgate`, ...args],
      process.env,
    )

  beforeAll(async () => {
    server = await SshServer.start(sshd, await freePort())
    await registerBox(sharedInstance, { connection, server, rules })
    const { stdout, stderr, code } = await sharedInstance.cli(
      'ssh',
      'login',
      '--connection',
      connection,
      '--ttl',
      '10m',
      '--register-key',
      '--json',
    )
    if (code !== 0) throw new Error(stderr)
    const answer = JSON.parse(stdout) as { config: string; key: typeof key }
    config = answer.config
    key = answer.key
  })
  afterAll(() => {
    server.stop()
  })

  it('lets OpenSSH in with nothing but the alias, at a host key that is pinned', async () => {
    expect(readFileSync(config, 'utf8')).toContain('StrictHostKeyChecking yes')
    const { stdout, stderr, code } = await ssh('echo', "'a  b'", '; id -un')
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toMatch(/^a {2}b\n\S+\n$/)
  })

  it('gives a key no more than its principal: every command is decided', async () => {
    const { stdout, stderr, code } = await ssh('cat /etc/passwd')
    expect({ code, stdout }).toEqual({ code: 126, stdout: '' })
    expect(stderr).toContain('command:cat /etc/passwd')
  })

  it('replays what a terminal showed', async () => {
    const terminal = ['-tt', '-F', config, '-o', 'BatchMode=yes', `${connection}.wardgate`]
    await runProcess('ssh', [...terminal, 'echo on-the-screen'], process.env)
    const api = await sharedInstance.api('auditor')
    const { items } = await api.ok<{ items: { id: string; connection: string }[] }>(
      'GET',
      '/v1/sessions?limit=5',
    )
    const session = items.find((item) => item.connection === connection) ?? items[0]
    const played = await sharedInstance.cli(
      'sessions',
      'replay',
      session?.id ?? '',
      '--identity',
      'auditor',
      '--speed',
      '0',
    )
    expect(played.stdout).toContain('> echo on-the-screen\u001b[0m\r\non-the-screen')
  })

  it('ends with the key: a revoked one is refused', async () => {
    const api = await sharedInstance.api('aiAgent')
    await api.ok('DELETE', `/v1/principals/${key.principalId}/keys/${key.id}`)
    const { code, stderr } = await ssh('id')
    expect(code).toBe(255)
    expect(stderr).toContain('Permission denied')
  })
})
