import { freePort } from '@wardgate/gateway/testing'
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { eventually } from '../../support/eventually'
import type { Api } from '../../support/instance'
import { describeWithPeer } from '../../support/peers'
import { sharedInstance } from '../../support/shared-instance'
import { SshClient } from '../../support/ssh-client'
import { SshServer } from '../../support/ssh-server'
import { registerBox } from './box'

jest.setTimeout(60_000)

const canary = '4111 1111 1111 1111'

const rules = (folder: string) => `  - id: look
    effect: allow
    match: { actions: [exec, read], resources: ["command:cat *", "command:printf *", "command:echo *", "path:${folder}/**"] }
  - id: names
    effect: allow
    match: { actions: [read], detail: { file.action: [realpath, stat] } }
  - id: upload
    effect: allow
    match: { actions: [write, create], resources: ["path:${folder}/up/**"] }
  - id: remove
    effect: require-approval
    match: { actions: [exec, delete], resources: ["command:rm *", "path:${folder}/**"] }
    approval: { approvers: ["group:dba"], quorum: 1, expiresIn: 5m, hold: 30s }
  - id: no-shell
    effect: deny
    match: { actions: [shell] }
    message: Run single commands instead of a shell.
  - id: cards
    mask: { detectors: [credit_card], with: redact }
`

/** At the level that OpenSSH has by default: it shows banners and why a channel was refused. */
const talkative = ['-o', 'LogLevel=INFO']

interface ApprovalRequest {
  readonly id: string
  readonly digest: string
  readonly text: string
}

describeWithPeer('sshd', (sshd) => {
  let server: SshServer
  let client: SshClient
  let approver: Api

  beforeAll(async () => {
    server = await SshServer.start(sshd, await freePort())
    writeFileSync(server.path('card'), `card ${canary}\n`)
    execFileSync('mkdir', [server.path('up')])
    const box = { connection: 'guarded-box', server, rules: rules(server.folder) }
    await registerBox(sharedInstance, box)
    client = new SshClient({
      agent: sharedInstance.listener('ssh'),
      connection: 'guarded-box',
      token: await sharedInstance.token('aiAgent'),
    })
    approver = await sharedInstance.api('approver')
  })
  afterAll(() => {
    client.remove()
    server.stop()
  })

  async function vote(text: string, how: 'approve' | 'reject'): Promise<void> {
    const found = await eventually(async () => {
      const { items } = await approver.ok<{ items: ApprovalRequest[] }>(
        'GET',
        '/v1/approval-requests?state=pending',
      )
      return items.find((item) => item.text.includes(text))
    })
    const { digest } = await approver.ok<ApprovalRequest>(
      'GET',
      `/v1/approval-requests/${found.id}`,
    )
    await approver.ok('POST', `/v1/approval-requests/${found.id}/${how}`, {
      digest,
      reason: 'looked at it',
    })
  }

  it('masks what a command prints, on both outputs and through pipes', async () => {
    const script = `cat ${server.path('card')}; cat ${server.path('card')} >&2`
    const { stdout, stderr, code } = await client.ssh(['governed', script])
    expect(code).toBe(0)
    for (const output of [stdout, stderr]) {
      expect(output).toMatch(/^card .+\n$/)
      expect(output).not.toContain(canary)
    }
  })

  it.each([
    ['another program', 'id'],
    ['a program behind a permitted one', 'echo a; id'],
    ['a program in a substitution', 'echo $(id)'],
    ['a write by redirection', 'echo x > /etc/wardgate-test'],
    ['a program that is a variable', 'p=id; $p'],
    ['a decoded payload', 'echo aWQ= | base64 -d | sh'],
    ['a file elsewhere', 'cat /etc/shadow'],
  ])('refuses %s with 126 and the reason, and runs nothing of it', async (_title, command) => {
    const { stdout, stderr, code } = await client.ssh(['governed', command])
    expect({ stdout, code }).toEqual({ stdout: '', code: 126 })
    expect(stderr).toContain('ERR_POLICY_DENIED')
    expect(existsSync('/etc/wardgate-test')).toBe(false)
  })

  it('refuses a shell, with the words of the rule', async () => {
    const { stderr, code } = await client.ssh(['-tt', 'governed'])
    expect(code).toBe(126)
    expect(stderr).toContain('Run single commands instead of a shell.')
  })

  it('holds a command, tells where, and runs it when an approver agrees', async () => {
    const victim = server.path('victim')
    writeFileSync(victim, 'x')
    const running = client.ssh(['governed', `rm ${victim}`])
    await vote(victim, 'approve')
    const { stderr, code } = await running
    expect(code).toBe(0)
    expect(stderr).toMatch(/waiting for approval/)
    expect(stderr).toMatch(/approvals?\//)
    expect(existsSync(victim)).toBe(false)
  })

  it('does not run what an approver rejects', async () => {
    const victim = server.path('survivor')
    writeFileSync(victim, 'x')
    const running = client.ssh(['governed', `rm ${victim}`])
    await vote(victim, 'reject')
    const { stderr, code } = await running
    expect(code).toBe(126)
    expect(stderr).toContain('looked at it')
    expect(existsSync(victim)).toBe(true)
  })

  describe('files', () => {
    const sftp = (script: string) =>
      client.run(
        'sftp',
        ['-q', '-F', client.path('config'), '-oBatchMode=no', '-b', '-', 'governed'],
        script,
      )

    it('are masked when they are downloaded', async () => {
      expect(await sftp(`get ${server.path('card')} ${client.path('card')}`)).toMatchObject({
        code: 0,
      })
      expect(readFileSync(client.path('card'), 'utf8')).toMatch(/^card .+\n$/)
      expect(readFileSync(client.path('card'), 'utf8')).not.toContain(canary)
    })

    describeWithPeer('python', (python) => {
      it('are masked for paramiko too, which takes a size that does not fit for damage', async () => {
        const { host, port } = sharedInstance.listener('ssh')
        const script = join(__dirname, 'clients/paramiko_get.py')
        const copy = client.path('paramiko-card')
        const where = [host, String(port), 'guarded-box', server.path('card'), copy]
        expect(await client.run(python, [script, ...where])).toMatchObject({ code: 0 })
        expect(readFileSync(copy, 'utf8')).toMatch(/^card .+\n$/)
        expect(readFileSync(copy, 'utf8')).not.toContain(canary)
      })
    })

    it('are written only where a rule allows it', async () => {
      writeFileSync(client.path('new'), 'new\n')
      expect(await sftp(`put ${client.path('new')} ${server.path('up/new')}`)).toMatchObject({
        code: 0,
      })
      const refused = await sftp(`put ${client.path('new')} ${server.path('new')}`)
      expect(refused.code).not.toBe(0)
      expect(refused.stderr).toContain('ERR_POLICY_DENIED')
      expect(existsSync(server.path('up/new'))).toBe(true)
      expect(existsSync(server.path('new'))).toBe(false)
    })

    it('are removed when an approver agrees', async () => {
      const victim = server.path('up/victim')
      writeFileSync(victim, 'x')
      const running = sftp(`rm ${victim}`)
      await vote(victim, 'approve')
      expect(await running).toMatchObject({ code: 0 })
      expect(existsSync(victim)).toBe(false)
    })
  })

  it('lets nobody through to another host, or another host in', async () => {
    const { host, port } = server.address
    const out = await client.ssh([...talkative, '-W', `${host}:${port}`, 'governed'], 'x')
    expect(out.stdout).toBe('')
    expect(out.stderr).toContain('ERR_POLICY_DENIED')
    const back = await client.ssh([
      '-o',
      'ExitOnForwardFailure=yes',
      '-R',
      '0:127.0.0.1:1',
      'governed',
      'echo x',
    ])
    expect(back.stdout).toBe('')
    expect(back.code).not.toBe(0)
  })

  it('says why a login is refused', async () => {
    const stranger = new SshClient({
      agent: sharedInstance.listener('ssh'),
      connection: 'guarded-box',
      token: 'not-a-token',
    })
    const { stderr, code } = await stranger.ssh([...talkative, 'governed', 'echo x'])
    stranger.remove()
    expect(code).toBe(255)
    expect(stderr).toContain('ERR_AUTH_INVALID_TOKEN')
  })

  it('writes down what ran, with its exit status, and what did not', async () => {
    const auditor = await sharedInstance.api('auditor')
    const marker = 'echo audited-command'
    await client.ssh(['governed', marker])
    const found = await eventually(async () => {
      const { items } = await auditor.ok<{ items: { text: string; status: string }[] }>(
        'GET',
        '/v1/operations?limit=200',
      )
      return items.find(({ text, status }) => text.includes(marker) && status === 'succeeded')
    })
    expect(found.text).toContain(marker)
  })
})
