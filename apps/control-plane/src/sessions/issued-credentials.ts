import { generateKeyPairSync } from 'node:crypto'
import { Injectable } from '@nestjs/common'
import { openSshPrivateKey, publicBlobOf } from '@wardgate/wire/openssh'
import { Clock } from '../common/clock'
import { certificateTerms } from '../principals/certificates/certificate-terms'
import { SshAuthorities } from '../principals/certificates/ssh-authorities'
import type { SessionTarget } from './session'

/** Long enough to log in; a session that has begun goes on after it. */
const lifeSeconds = 300n
const longestName = 100
/** What OpenSSH denies to certificates that do not have it. Agent and X11 forwarding are never asked for. */
const extensions = ['permit-pty', 'permit-port-forwarding'].map((name) => ({ name, value: '' }))

interface Holder {
  readonly sessionId: string
  readonly principalName: string
}

/** Credentials that are stored nowhere: made for one session, and worthless minutes later. */
@Injectable()
export class IssuedCredentials {
  constructor(
    private readonly authorities: SshAuthorities,
    private readonly clock: Clock,
  ) {}

  /** The target as this session may use it. */
  async issueFor(target: SessionTarget, holder: Holder): Promise<SessionTarget> {
    const { credential } = target
    if (credential.kind !== 'key-certificate') return target
    const { privateKey, publicKey } = generateKeyPairSync('ed25519')
    const certificate = await this.authorities.issue('targets', {
      ...certificateTerms(this.clock.now(), lifeSeconds),
      subject: publicBlobOf(publicKey),
      type: 'user',
      // Targets write it into their own logs: who it was, and where the evidence is.
      keyId: `wardgate session ${holder.sessionId} for ${shown(holder.principalName)}`,
      principals: [credential.user],
      extensions,
    })
    const key = openSshPrivateKey(privateKey)
    return { ...target, credential: { ...credential, key, certificate } }
  }
}

/** A name must not be able to look like more than a name in a log. */
function shown(name: string): string {
  return name.replace(/[^\p{L}\p{N}@._+-]+/gu, ' ').slice(0, longestName)
}
