import { freePort } from '@wardgate/gateway/testing'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { runProcess } from '../../support/instance'
import { describeWithPeer } from '../../support/peers'
import { sharedInstance } from '../../support/shared-instance'
import { SshServer } from '../../support/ssh-server'
import { registerBox } from './box'

jest.setTimeout(60_000)

const rules = `  - { id: look, effect: allow, match: { actions: [exec], resources: ["command:echo *", "command:id *"] } }
  - { id: shells, effect: allow, match: { actions: [shell], opaque: true } }
`

describeWithPeer('sshd', (sshd) => {
  const [connection, other] = ['certified-box', 'uncertified-box']
  let server: SshServer
  let config: string
  let trustFolder: string

  const ssh = (alias: string, ...args: string[]) =>
    runProcess(
      'ssh',
      ['-F', config, '-o', 'BatchMode=yes', ...args.slice(0, -1), alias, ...args.slice(-1)],
      process.env,
    )
  const file = (name: string) => join(dirname(config), name)

  beforeAll(async () => {
    const api = await sharedInstance.api('aiAgent')
    const { targets } = await api.ok<{ targets: string }>('GET', '/v1/ssh-authorities')
    trustFolder = mkdtempSync(join(tmpdir(), 'wardgate-trust-'))
    const trust = join(trustFolder, 'authority.pub')
    writeFileSync(trust, `${targets}\n`)
    // It trusts the authority and no key: nothing else would let the agent in.
    const lines = `TrustedUserCAKeys ${trust}\nLogLevel VERBOSE\n`
    server = await SshServer.start(sshd, await freePort(), () => lines)
    writeFileSync(server.path('account-key.pub'), '')
    const credential = { kind: 'key-certificate', username: server.user }
    for (const name of [connection, other])
      await registerBox(sharedInstance, { connection: name, server, rules, credential })
    const login = ['ssh', 'login', '--connection', connection, '--ttl', '10m', '--json']
    const { stdout, stderr, code } = await sharedInstance.cli(...login)
    if (code !== 0) throw new Error(stderr)
    config = (JSON.parse(stdout) as { config: string }).config
  })
  afterAll(() => {
    server.stop()
    rmSync(trustFolder, { recursive: true, force: true })
  })

  it('lets OpenSSH in by a certificate, and the agent at the target by one of its own', async () => {
    const { stdout, stderr, code } = await ssh(`${connection}.wardgate`, 'echo in')
    expect({ stdout, stderr, code }).toEqual({ stdout: 'in\n', stderr: '', code: 0 })
    const shown = execFileSync('ssh-keygen', ['-L', '-f', file('id_ed25519-cert.pub')], {
      encoding: 'utf8',
    })
    expect(shown).toMatch(/Principals:\s+certified-box\s+Critical Options: \(none\)/)
  })

  it('gives the agent a terminal there, and tells the target whose session it is', async () => {
    const { stdout, code } = await ssh(`${connection}.wardgate`, '-tt', 'echo on-a-terminal')
    expect({ stdout, code }).toEqual({ stdout: 'on-a-terminal\r\n', code: 0 })
    expect(server.log).toMatch(
      /Accepted publickey .* ID wardgate session [0-9a-f-]{36} for .+ \(serial \d+\) CA ED25519/,
    )
  })

  it('is refused at a connection that it was not issued for', async () => {
    const aliased = ['-o', `User=${other}`]
    const { code, stderr } = await ssh(`${connection}.wardgate`, ...aliased, 'echo in')
    expect(code).toBe(255)
    expect(stderr).toContain('Permission denied')
  })

  it('is refused when it is another key that signs', async () => {
    const stolen = file('stolen')
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', stolen])
    const certificate = readFileSync(file('id_ed25519-cert.pub'))
    writeFileSync(`${stolen}-cert.pub`, certificate)
    const swapped = ['-o', `IdentityFile=${stolen}`, '-o', `CertificateFile=${stolen}-cert.pub`]
    const { code } = await runProcess(
      'ssh',
      [
        '-o',
        'BatchMode=yes',
        ...swapped,
        '-o',
        'IdentitiesOnly=yes',
        '-o',
        `HostName=${hostOf()}`,
        '-p',
        portOf(),
        '-l',
        connection,
        '-F',
        '/dev/null',
        '-o',
        'StrictHostKeyChecking=no',
        '-o',
        `UserKnownHostsFile=/dev/null`,
        'agent',
        'echo in',
      ],
      process.env,
    )
    expect(code).toBe(255)
  })

  it('is refreshed by OpenSSH before it ends, without a person', async () => {
    const state = JSON.parse(readFileSync(file('certificate.json'), 'utf8')) as object
    const soon = new Date(Date.now() + 60_000).toISOString()
    writeFileSync(file('certificate.json'), JSON.stringify({ ...state, expiresAt: soon }))
    const before = readFileSync(file('id_ed25519-cert.pub'), 'utf8')
    const { stdout, code } = await ssh(`${connection}.wardgate`, 'echo again')
    expect({ stdout, code }).toEqual({ stdout: 'again\n', code: 0 })
    expect(readFileSync(file('id_ed25519-cert.pub'), 'utf8')).not.toBe(before)
  })

  /** OpenSSH with a key of its own, and what the control plane made of it. */
  async function certified(type: string, bits: string) {
    const key = join(mkdtempSync(join(trustFolder, 'key-')), type)
    execFileSync('ssh-keygen', ['-q', '-t', type, '-b', bits, '-N', '', '-f', key])
    const publicKey = readFileSync(`${key}.pub`, 'utf8').trim()
    const api = await sharedInstance.api('aiAgent')
    const { principal } = await api.ok<{ principal: { id: string } }>('GET', '/v1/me')
    const issued = await api.ok<{ certificate: string; serial: string }>(
      'POST',
      `/v1/principals/${principal.id}/ssh-certificates`,
      { publicKey, connections: [connection] },
    )
    writeFileSync(`${key}-cert.pub`, `${issued.certificate} x\n`)
    const options = ['BatchMode=yes', 'IdentitiesOnly=yes', `IdentityFile=${key}`]
    const trust = ['StrictHostKeyChecking=no', 'UserKnownHostsFile=/dev/null', 'LogLevel=ERROR']
    const flags = [...options, ...trust].flatMap((option) => ['-o', option])
    const where = ['-F', '/dev/null', '-p', portOf(), '-l', connection, hostOf()]
    const run = () => runProcess('ssh', [...flags, ...where, 'echo in'], process.env)
    return { run, serial: issued.serial, principalId: principal.id, publicKey, key }
  }

  it.each([
    ['rsa', '2048'],
    ['ecdsa', '256'],
    ['ecdsa', '384'],
    ['ecdsa', '521'],
  ])('lets OpenSSH in with a key of type %s (%s bits)', async (type, bits) => {
    const { run, key, publicKey, principalId } = await certified(type, bits)
    expect(await run()).toMatchObject({ stdout: 'in\n', code: 0 })
    rmSync(`${key}-cert.pub`)
    expect((await run()).code).toBe(255)
    const api = await sharedInstance.api('aiAgent')
    await api.ok('POST', `/v1/principals/${principalId}/keys`, { name: key, publicKey })
    expect(await run()).toMatchObject({ stdout: 'in\n', code: 0 })
  })

  it('lets nobody in once it was revoked, by whoever holds it or by an administrator', async () => {
    const { run, serial } = await certified('ed25519', '256')
    expect((await run()).code).toBe(0)
    const listed = await sharedInstance.cli('ssh', 'certificates', '--json')
    expect(listed.stdout).toContain(serial)
    const revoked = await sharedInstance.cli('ssh', 'revoke', serial)
    expect(revoked).toMatchObject({ code: 0 })
    expect(await run()).toMatchObject({ stdout: '', code: 255 })
    const other = await certified('ecdsa', '256')
    const as = ['--identity', 'admin']
    const byAdmin = await sharedInstance.cli(
      'ssh',
      'revoke',
      other.serial,
      '--principal',
      other.principalId,
      ...as,
    )
    expect(byAdmin).toMatchObject({ code: 0 })
    expect((await other.run()).code).toBe(255)
  })

  const hostOf = () => sharedInstance.listener('ssh').host
  const portOf = () => String(sharedInstance.listener('ssh').port)
})
