import { freePort } from '@wardgate/gateway/testing'
import { readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { runProcess } from '../../support/instance'
import { describeWithPeer } from '../../support/peers'
import { sharedInstance } from '../../support/shared-instance'
import { SshServer } from '../../support/ssh-server'
import { registerBox } from './box'

jest.setTimeout(60_000)

const connection = 'known-agent-box'
const rules = `  - { id: look, effect: allow, match: { actions: [exec], resources: ["command:echo *"] } }
`

describeWithPeer('sshd', (sshd) => {
  let server: SshServer
  let config: string

  const knownHosts = () => join(dirname(config), 'known_hosts')
  const connect = (...options: string[]) =>
    runProcess(
      'ssh',
      ['-F', config, '-o', 'BatchMode=yes', ...options, `${connection}.wardgate`, 'echo in'],
      process.env,
    )
  /** With other lines of known_hosts. */
  const connectKnowing = (lines: string, ...options: string[]) => {
    const file = join(dirname(config), 'other_known_hosts')
    writeFileSync(file, lines)
    return connect('-o', `UserKnownHostsFile=${file}`, ...options)
  }

  beforeAll(async () => {
    server = await SshServer.start(sshd, await freePort())
    await registerBox(sharedInstance, { connection, server, rules })
    const login = ['ssh', 'login', '--connection', connection, '--ttl', '10m', '--json']
    const { stdout, stderr, code } = await sharedInstance.cli(...login)
    if (code !== 0) throw new Error(stderr)
    config = (JSON.parse(stdout) as { config: string }).config
  })
  afterAll(() => server.stop())

  it('is known to OpenSSH by who certifies it: nothing is asked, nothing is taken at first sight', async () => {
    const before = readFileSync(knownHosts(), 'utf8')
    expect(before).toMatch(/^@cert-authority wardgate-agent ssh-ed25519 \S+\n$/)
    const { stdout, stderr, code } = await connect()
    expect({ stdout, code }).toEqual({ stdout: 'in\n', code: 0 })
    expect(stderr).not.toMatch(/host key|authenticity|permanently added/i)
    expect(readFileSync(knownHosts(), 'utf8')).toBe(before)
  })

  it('proves itself by its certificate again when keys are exchanged again', async () => {
    const { stdout, code } = await connect('-o', 'RekeyLimit=16')
    expect({ stdout, code }).toEqual({ stdout: 'in\n', code: 0 })
  })

  it('is known by the name of the agent as well, and by no other', async () => {
    const line = (name: string) =>
      readFileSync(knownHosts(), 'utf8').replace('wardgate-agent', name)
    const named = await connectKnowing(line('local'), '-o', 'HostKeyAlias=local')
    expect(named).toMatchObject({ stdout: 'in\n', code: 0 })
    const other = await connectKnowing(line('example.org'), '-o', 'HostKeyAlias=example.org')
    expect(other.code).toBe(255)
    expect(other.stderr).toContain('Certificate invalid: name is not a listed principal')
  })

  it.each([
    ['another authority certifies', () => `@cert-authority wardgate-agent ${server.hostKey}\n`],
    ['nobody is trusted', () => ''],
  ])('is refused by a client where %s', async (_title, lines) => {
    const { stdout, stderr, code } = await connectKnowing(lines())
    expect({ stdout, code }).toEqual({ stdout: '', code: 255 })
    expect(stderr).toContain('Host key verification failed')
  })

  it('is refused by a client that is told that the authority is revoked', async () => {
    const trusted = readFileSync(knownHosts(), 'utf8')
    const revoked = trusted.replace('@cert-authority', '@revoked')
    const { stdout, code } = await connectKnowing(trusted + revoked)
    expect({ stdout, code }).toEqual({ stdout: '', code: 255 })
  })

  it('shows its bare key to clients that know no certificates', async () => {
    const { stdout, code } = await connectKnowing(
      '',
      '-o',
      'HostKeyAlgorithms=ssh-ed25519',
      '-o',
      'StrictHostKeyChecking=accept-new',
    )
    expect({ stdout, code }).toEqual({ stdout: 'in\n', code: 0 })
  })
})
