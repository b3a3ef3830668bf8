import { freePort } from '@wardgate/gateway/testing'
import { eventually } from '../../support/eventually'
import { describeWithPeer } from '../../support/peers'
import { sharedInstance } from '../../support/shared-instance'
import { SshClient } from '../../support/ssh-client'
import { SshServer } from '../../support/ssh-server'
import { registerBox } from './box'

jest.setTimeout(60_000)

const allowed = `  - { id: shells, effect: allow, match: { actions: [shell], opaque: true } }
  - { id: commands, effect: allow, match: { actions: [exec] } }
`
const held = `  - id: shells
    effect: require-approval
    match: { actions: [shell], opaque: true }
    approval: { approvers: ["group:dba"], quorum: 1, expiresIn: 5m, hold: 30s }
`

describeWithPeer('sshd', (sshd) => {
  let server: SshServer
  const clients: SshClient[] = []

  async function clientOf(connection: string): Promise<SshClient> {
    const token = await sharedInstance.token('aiAgent')
    const client = new SshClient({ agent: sharedInstance.listener('ssh'), connection, token })
    clients.push(client)
    return client
  }

  beforeAll(async () => {
    server = await SshServer.start(sshd, await freePort())
    const boxes = [
      { connection: 'shell-box', rules: allowed },
      { connection: 'held-shell-box', rules: held },
      { connection: 'no-terminal-box', rules: allowed, settings: { terminal: 'refuse' } },
    ]
    for (const box of boxes) await registerBox(sharedInstance, { server, ...box })
  })
  afterAll(() => {
    for (const client of clients) client.remove()
    server.stop()
  })

  it('can be had without a terminal only, where the connection refuses terminals', async () => {
    const client = await clientOf('no-terminal-box')
    const refused = await client.ssh(['-tt', 'governed', 'echo shown'])
    expect(refused.stderr).toContain('PTY allocation request failed')
    expect(refused.stdout).toBe('')
    expect(await client.ssh(['governed', 'test -t 0 || echo none'])).toMatchObject({
      stdout: 'none\n',
    })
  })

  it('can be held as a whole, and begin when an approver agrees', async () => {
    const client = await clientOf('held-shell-box')
    const approver = await sharedInstance.api('approver')
    const running = client.ssh(['-tt', 'governed'], 'echo in-the-shell\nexit 4\n')
    const { id } = await eventually(async () => {
      const { items } = await approver.ok<{ items: { id: string; connection: string }[] }>(
        'GET',
        '/v1/approval-requests?state=pending',
      )
      return items.find(({ connection }) => connection === 'held-shell-box')
    })
    const path = `/v1/approval-requests/${id}`
    const { digest } = await approver.ok<{ digest: string }>('GET', path)
    await approver.ok('POST', `${path}/approve`, { digest, reason: 'one time' })
    const { stdout, code } = await running
    expect(stdout).toContain('in-the-shell\r\n')
    expect(code).toBe(4)
  })

  it('can be ended by an administrator while it runs, and was recorded until then', async () => {
    const client = await clientOf('shell-box')
    const running = client.ssh(['-tt', 'governed'], 'echo on-the-screen; sleep 60\n')
    const admin = await sharedInstance.api('admin')
    const { id } = await eventually(async () => {
      const { items } = await admin.ok<{ items: Live[] }>('GET', '/v1/sessions?limit=20')
      return items.find(({ connection, state }) => connection === 'shell-box' && state === 'open')
    })
    const recorded = await eventually(async () => {
      const played = await sharedInstance.cli(
        ...['sessions', 'replay', id, '--identity', 'auditor', '--speed', '0'],
      )
      return played.stdout.includes('on-the-screen\r\n') ? played.stdout : undefined
    })
    expect(recorded).toContain('sleep 60')
    const watched = sharedInstance.cli(
      'sessions',
      'replay',
      id,
      '--identity',
      'auditor',
      '--follow',
    )
    await admin.ok('POST', `/v1/sessions/${id}/kill`, { reason: 'seen enough' })
    expect((await watched).stdout).toContain('on-the-screen\r\n')
    const { stderr, code } = await running
    expect(stderr).toMatch(/Received disconnect.*ERR_SESSION_KILLED.*seen enough/)
    expect(code).toBe(255)
  })
})

interface Live {
  readonly id: string
  readonly connection: string
  readonly state: string
}
