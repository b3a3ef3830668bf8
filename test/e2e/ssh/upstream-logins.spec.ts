import { freePort } from '@wardgate/gateway/testing'
import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { describeWithPeer } from '../../support/peers'
import { sharedInstance } from '../../support/shared-instance'
import { SshClient } from '../../support/ssh-client'
import { SshServer } from '../../support/ssh-server'
import { registerBox } from './box'

jest.setTimeout(60_000)

const rules = `  - { id: look, effect: allow, match: { actions: [exec], resources: ["command:id *"] } }
`
/** An account with a password can be made by root alone, and read back by OpenSSH running as root. */
const describeAsRoot = process.getuid?.() === 0 ? describe : describe.skip

describeWithPeer('sshd', (sshd) => {
  describeAsRoot('as root, with an account of its own at OpenSSH', () => {
    const user = `wardgate-${randomBytes(4).toString('hex')}`
    const password = randomBytes(16).toString('hex')
    const clients: SshClient[] = []
    const servers: SshServer[] = []

    beforeAll(() => {
      execFileSync('useradd', ['--no-create-home', '--shell', '/bin/sh', user])
      execFileSync('chpasswd', { input: `${user}:${password}\n` })
    })
    afterAll(() => {
      for (const client of clients) client.remove()
      for (const server of servers) server.stop()
      execFileSync('userdel', [user])
    })

    async function governed(name: string, lines: string, credential: Record<string, unknown>) {
      const server = await SshServer.start(sshd, await freePort(), () => lines)
      servers.push(server)
      await registerBox(sharedInstance, { connection: name, server, rules, credential })
      const token = await sharedInstance.token('aiAgent')
      const agent = sharedInstance.listener('ssh')
      const client = new SshClient({ agent, connection: name, token })
      clients.push(client)
      return { server, run: () => client.ssh(['-o', 'LogLevel=INFO', 'governed', 'id -un']) }
    }

    const byPassword = { kind: 'password', username: user, password }

    it.each([
      ['password', 'PasswordAuthentication yes\nKbdInteractiveAuthentication no'],
      ['keyboard-interactive', 'UsePAM yes\nKbdInteractiveAuthentication yes'],
    ])('logs in by %s, where that is all that is offered', async (method, lines) => {
      const only = `${lines}\nAuthenticationMethods ${method}\nLogLevel VERBOSE`
      const { run, server } = await governed(`box-by-${method}`, only, byPassword)
      expect(await run()).toMatchObject({ stdout: `${user}\n`, code: 0 })
      expect(server.log).toMatch(new RegExp(`Accepted ${method}(/pam)? for ${user}`))
    })

    it('says that the password is wrong, and not what it was', async () => {
      const wrong = { ...byPassword, password: 'planted-secret' }
      const lines = 'UsePAM yes\nKbdInteractiveAuthentication yes'
      const { run } = await governed('box-by-wrong', lines, wrong)
      const { stderr, code } = await run()
      expect(code).toBe(255)
      expect(stderr).toContain('ERR_TARGET_REFUSED_CREDENTIAL')
      expect(stderr).not.toContain('planted-secret')
    })

    it('logs in without any credential where the target wants none', async () => {
      execFileSync('passwd', ['--delete', user])
      const lines = 'PermitEmptyPasswords yes\nPasswordAuthentication yes\nLogLevel VERBOSE'
      const { run, server } = await governed('box-agentless', lines, {
        kind: 'none',
        username: user,
      })
      expect(await run()).toMatchObject({ stdout: `${user}\n`, code: 0 })
      expect(server.log).toContain(`Accepted none for ${user}`)
    })
  })
})
