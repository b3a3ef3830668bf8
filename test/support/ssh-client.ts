import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runProcess, type Address, type ProcessResult } from './instance'

export interface Governed {
  readonly agent: Address
  readonly connection: string
  readonly token: string
}

/**
 * OpenSSH's own client programs, configured as a user would have them: one host alias, and the token on request.
 * Whatever runs ssh underneath (scp, sftp, rsync, git, ansible) takes the same file.
 */
export class SshClient {
  readonly folder = mkdtempSync(join(tmpdir(), 'wardgate-ssh-'))
  readonly #token: string

  constructor({ agent, connection, token }: Governed) {
    this.#token = token
    writeFileSync(
      this.path('config'),
      `Host governed
  HostName ${agent.host}
  Port ${agent.port}
  User ${connection}
  UserKnownHostsFile ${this.path('known_hosts')}
  GlobalKnownHostsFile none
  StrictHostKeyChecking accept-new
  PreferredAuthentications keyboard-interactive
  LogLevel ERROR
`,
    )
    writeFileSync(this.path('askpass'), '#!/bin/sh\nprintf "%s\\n" "$WARDGATE_TEST_TOKEN"\n')
    chmodSync(this.path('askpass'), 0o700)
  }

  path(name: string): string {
    return join(this.folder, name)
  }

  get environment(): NodeJS.ProcessEnv {
    return {
      ...process.env,
      SSH_ASKPASS: this.path('askpass'),
      SSH_ASKPASS_REQUIRE: 'force',
      WARDGATE_TEST_TOKEN: this.#token,
      GIT_SSH_COMMAND: `ssh -F ${this.path('config')}`,
      GIT_CONFIG_GLOBAL: '/dev/null',
    }
  }

  ssh(args: readonly string[], input = ''): Promise<ProcessResult> {
    return this.run('ssh', ['-F', this.path('config'), ...args], input)
  }

  run(program: string, args: readonly string[], input = ''): Promise<ProcessResult> {
    return runProcess(program, args, this.environment, input)
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true })
  }
}
