import { Injectable } from '@nestjs/common'
import { RequestError } from '@wardgate/errors'
import { readPublicKey } from '@wardgate/wire/openssh'
import { AuditLog } from '../../common/audit-port'
import { Clock } from '../../common/clock'
import { Database } from '../../common/database/database'
import { certificateTerms, endOf } from './certificate-terms'
import { SshAuthorities } from './ssh-authorities'

/** A revoked agent gets no other one, so that its key counts no longer than this. Without us nobody is let in anyway. */
const lifeSeconds = 3_600n
/** By which name clients that `wardgate ssh login` set up look agents up, whatever their address. */
const anyAgent = 'wardgate-agent'

interface Agent {
  readonly id: string
  readonly name: string
}

/** Certifies the keys by which SSH clients know agents. */
@Injectable()
export class AgentHostKeys {
  constructor(
    private readonly authorities: SshAuthorities,
    private readonly database: Database,
    private readonly audit: AuditLog,
    private readonly clock: Clock,
  ) {}

  async certify({ id: agentId, name }: Agent, rawKey: Uint8Array): Promise<Buffer> {
    const key = readPublicKey(rawKey)
    if (key === undefined) throw new RequestError('ERR_REQUEST_INVALID', 'no SSH public key')
    const terms = certificateTerms(this.clock.now(), lifeSeconds)
    const certificate = await this.authorities.issue('hosts', {
      ...terms,
      subject: key.blob,
      type: 'host',
      keyId: `wardgate agent ${name}`,
      principals: [anyAgent, name],
    })
    const until = endOf(terms).toISOString()
    const body = { agentId, fingerprint: key.fingerprint, serial: terms.serial.toString(), until }
    await this.database.transaction((tx) =>
      this.audit.append(tx, { kind: 'agent.host-key-certified', body }),
    )
    return certificate
  }
}
