import { TargetError } from '@wardgate/errors'
import { execFile } from 'node:child_process'
import { chownSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { giveToServer, spawnIdentity } from './privileges'

const run = promisify(execFile)

/** Makes a cluster: SCRAM for everybody, UTF-8, checksums. The password file exists only while initdb runs. */
export async function initialise(
  binaries: string,
  directory: string,
  password: string,
): Promise<void> {
  const identity = spawnIdentity()
  const folder = mkdtempSync(join(tmpdir(), 'wardgate-'))
  const passwordFile = join(folder, 'password')
  try {
    writeFileSync(passwordFile, `${password}\n`, { mode: 0o600 })
    giveToServer(folder)
    if (identity.uid !== undefined)
      chownSync(passwordFile, identity.uid, identity.gid ?? identity.uid)
    await run(
      join(binaries, 'bin/initdb'),
      [
        '-D',
        directory,
        '-U',
        'postgres',
        `--pwfile=${passwordFile}`,
        '--auth=scram-sha-256',
        '--locale=C.UTF-8',
        '--encoding=UTF8',
        '--data-checksums',
        '--no-sync',
      ],
      { ...identity, cwd: directory, env: { LC_ALL: 'C', PATH: '/usr/bin:/bin' } },
    )
  } catch (cause) {
    // initdb removes what it made, so that the next start begins anew.
    throw new TargetError('ERR_TARGET_UNREACHABLE', 'initdb of the embedded PostgreSQL failed', {
      cause,
    })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
