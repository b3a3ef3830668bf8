import { freePort } from '@wardgate/gateway/testing'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describeWithPeer } from '../../support/peers'
import { sharedInstance } from '../../support/shared-instance'
import { SshClient } from '../../support/ssh-client'
import { SshServer } from '../../support/ssh-server'
import { registerBox } from './box'

jest.setTimeout(60_000)

const rules = `  - { id: look, effect: allow, match: { actions: [exec], resources: ["command:echo *"] } }
`

describeWithPeer('sshd', (sshd) => {
  const stops: (() => void)[] = []
  let folder: string
  let count = 0
  const path = (name: string) => join(folder, name)
  const keygen = (...args: string[]) => execFileSync('ssh-keygen', ['-q', ...args])
  const made = (name: string, ...type: string[]) => {
    keygen('-t', ...type, '-N', '', '-f', path(name))
    return readFileSync(path(`${name}.pub`), 'utf8').trim()
  }

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'wardgate-hosts-'))
    made('authority', 'ed25519')
    made('other', 'ed25519')
    made('ecdsa-authority', 'ecdsa', '-b', '384')
    made('rsa-authority', 'rsa', '-b', '2048')
  })
  afterAll(() => {
    for (const stop of stops) stop()
    rmSync(folder, { recursive: true, force: true })
  })

  interface Host {
    readonly key?: readonly string[]
    readonly by?: string
    readonly trusted?: string
    /** By which algorithm the host signs, where its key has several. */
    readonly signer?: string
    /** Of ssh-keygen, for the certificate. */
    readonly how?: readonly string[]
  }

  const rsa = { key: ['rsa', '-b', '3072'], signer: 'rsa-sha2-512' }

  /** A server that shows nothing but a certified key, and what came of a command there. */
  async function tried({
    key = ['ed25519'],
    by = 'authority',
    trusted = by,
    how = ['-h', '-n', '127.0.0.1'],
    signer,
  }: Host) {
    count += 1
    const [name, host] = [`certified-host-${count}`, `host-${count}`]
    made(host, ...key)
    keygen('-s', path(by), '-I', host, ...how, path(`${host}.pub`))
    const type = signer ?? (key[0] === 'ecdsa' ? `ecdsa-sha2-nistp${key[2]}` : 'ssh-ed25519')
    const lines = `HostKey ${path(host)}
HostCertificate ${path(`${host}-cert.pub`)}
HostKeyAlgorithms ${type}-cert-v01@openssh.com,${type}
LogLevel VERBOSE`
    const server = await SshServer.start(sshd, await freePort(), () => lines)
    const authority = readFileSync(path(`${trusted}.pub`), 'utf8').trim()
    const settings = { hostKeys: [], hostAuthorities: [authority] }
    await registerBox(sharedInstance, { connection: name, server, rules, settings })
    const token = await sharedInstance.token('aiAgent')
    const client = new SshClient({ agent: sharedInstance.listener('ssh'), connection: name, token })
    stops.push(
      () => server.stop(),
      () => client.remove(),
    )
    return client.ssh(['-o', 'LogLevel=INFO', 'governed', 'echo in'])
  }

  it.each<[string, Host]>([
    ['an Ed25519 key', {}],
    ['an ECDSA key', { key: ['ecdsa', '-b', '256'] }],
    ['an RSA key that signs with SHA-512', { ...rsa, signer: 'rsa-sha2-512' }],
    ['an RSA key that signs with SHA-256', { ...rsa, signer: 'rsa-sha2-256' }],
    ['a key, by an ECDSA authority', { by: 'ecdsa-authority' }],
    ['a key, by an RSA authority', { by: 'rsa-authority' }],
  ])('takes %s that a registered authority has certified for the name', async (_title, host) => {
    expect(await tried(host)).toMatchObject({ stdout: 'in\n', code: 0 })
  })

  it('does not take RSA with SHA-1', async () => {
    const { code, stderr } = await tried({ ...rsa, signer: 'ssh-rsa' })
    expect(code).toBe(255)
    expect(stderr).toContain('ERR_TARGET_UNREACHABLE')
  })

  it.each<[string, Host, string]>([
    ['by another authority', { trusted: 'other' }, 'is by none of the registered authorities'],
    ['of an RSA key by another authority', { ...rsa, trusted: 'other' }, 'is by none of the'],
    ['for another name', { how: ['-h', '-n', 'db.internal'] }, 'is not for 127.0.0.1'],
    ['for every name', { how: ['-h'] }, 'is not for 127.0.0.1'],
    ['that has ended', { how: ['-h', '-n', '127.0.0.1', '-V', '-2d:-1d'] }, 'has expired'],
    ['that has not begun', { how: ['-h', '-n', '127.0.0.1', '-V', '+1d:+2d'] }, 'is not valid yet'],
  ])('refuses a certificate %s', async (_title, host, why) => {
    const { stdout, stderr, code } = await tried(host)
    expect({ stdout, code }).toEqual({ stdout: '', code: 255 })
    expect(stderr).toContain(why)
    expect(stderr).toContain('ERR_TARGET_TLS')
  })
})
