import { leashed } from '@wardgate/gateway/testing'
import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import type { Address } from './instance'

/** An OpenSSH server on loopback with host key, configuration and account key of its own. */
export class SshServer {
  readonly folder: string
  readonly address: Address
  readonly user = userInfo().username
  /** By which Wardgate logs in; no client has it. */
  readonly key: string
  readonly hostKey: string
  readonly #process: ChildProcess
  #log = ''

  private constructor(folder: string, address: Address, started: ChildProcess) {
    this.folder = folder
    this.address = address
    this.key = readFileSync(join(folder, 'account-key'), 'utf8')
    this.hostKey = readFileSync(join(folder, 'host-key.pub'), 'utf8').trim()
    this.#process = started
    started.stderr?.on('data', (chunk: Buffer) => (this.#log += chunk.toString()))
  }

  /** `more` = lines of its configuration that come first and so count; they may name its folder. */
  static async start(
    sshd: string,
    port: number,
    more: (folder: string) => string = () => '',
  ): Promise<SshServer> {
    const folder = mkdtempSync(join(tmpdir(), 'wardgate-sshd-'))
    for (const name of ['host-key', 'account-key'])
      execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(folder, name)])
    if (process.getuid?.() === 0) mkdirSync('/run/sshd', { recursive: true })
    const configuration = join(folder, 'sshd_config')
    writeFileSync(configuration, `${more(folder)}\n${configurationIn(folder, port)}`)
    chmodSync(folder, 0o755)
    const args = ['-D', '-e', '-f', configuration]
    const started = leashed(spawn(sshd, args, { stdio: ['ignore', 'ignore', 'pipe'] }))
    await listening(started)
    return new SshServer(folder, { host: '127.0.0.1', port }, started)
  }

  /** What it has said since it listens. */
  get log(): string {
    return this.#log
  }

  /** Where the sessions of the tests work. */
  path(name: string): string {
    return join(this.folder, name)
  }

  stop(): void {
    this.#process.kill()
    rmSync(this.folder, { recursive: true, force: true })
  }
}

function configurationIn(folder: string, port: number): string {
  return `Port ${port}
ListenAddress 127.0.0.1
HostKey ${join(folder, 'host-key')}
PidFile ${join(folder, 'sshd.pid')}
AuthorizedKeysFile ${join(folder, 'account-key.pub')}
StrictModes no
UsePAM no
PasswordAuthentication no
PermitRootLogin prohibit-password
AcceptEnv LANG LC_*
MaxSessions 50
Subsystem sftp internal-sftp
`
}

function listening(started: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let said = ''
    started.stderr?.on('data', (chunk: Buffer) => {
      said += chunk.toString()
      if (said.includes('Server listening')) resolve()
    })
    started.once('exit', () => reject(new Error(`sshd ended: ${said}`)))
    started.once('error', reject)
  })
}
