import { Injectable } from '@nestjs/common'
import { AuthError } from '@wardgate/errors'
import { v7 as uuid } from 'uuid'
import { AuditLog } from '../common/audit-port'
import { Database } from '../common/database/database'
import type { Transaction } from '../common/database/transaction'
import { EpochService } from '../common/epoch/epoch.service'
import type { AgentPeer } from './agent-process'
import { AgentRepository } from './agent.repository'
import { AuthorityService } from './authority.service'
import { JoinTokenService, type TakenJoinToken } from './join-token.service'
import { SharedIdentities } from './shared-identities'

export interface Enrolled {
  readonly agentId: string
  readonly chain: string
  readonly authority: string
}

/** How agents come by their certificates: first with a join token, then with the certificate in force. */
@Injectable()
export class EnrolmentService {
  constructor(
    private readonly database: Database,
    private readonly tokens: JoinTokenService,
    private readonly agents: AgentRepository,
    private readonly authority: AuthorityService,
    private readonly epochs: EpochService,
    private readonly audit: AuditLog,
    private readonly shared: SharedIdentities,
  ) {}

  async enrol(rawToken: string, rawRequest: Uint8Array, address: string): Promise<Enrolled> {
    const enrolled = await this.database.transaction(async (tx) => {
      const token = await this.tokens.take(tx, rawToken)
      if (token === undefined) return undefined
      const agentId = await this.admit(tx, token)
      const certificate = await this.authority.issueAgent(agentId, rawRequest)
      await this.agents.recordCertificate(tx, agentId, certificate.serial, certificate.until)
      await this.epochs.bump(tx)
      await this.audit.append(tx, {
        kind: 'agent.enrolled',
        body: {
          agentId,
          name: token.agentName,
          joinTokenId: token.id,
          serial: certificate.serial,
          address,
        },
      })
      return { agentId, chain: certificate.chain, authority: await this.authority.pem() }
    })
    if (enrolled !== undefined) return enrolled
    await this.database.transaction((tx) =>
      this.audit.append(tx, { kind: 'agent.enrolment-refused', body: { address } }),
    )
    throw new AuthError('ERR_AUTH_INVALID_TOKEN', 'the join token is unknown, used or expired', {
      nextStep: 'Ask an administrator for a new join token.',
    })
  }

  async renew(agentId: string, rawRequest: Uint8Array, peer: AgentPeer) {
    const certificate = await this.authority.issueAgent(agentId, rawRequest)
    await this.database.transaction(async (tx) => {
      const agent = await this.agents.find(agentId)
      if (agent !== null) await this.shared.noteCertificate(tx, agent, peer)
      await this.agents.recordCertificate(tx, agentId, certificate.serial, certificate.until)
      await this.audit.append(tx, {
        kind: 'agent.certificate-renewed',
        body: {
          agentId,
          serial: certificate.serial,
          until: certificate.until.toISOString(),
          renewedSerial: peer.serial,
          address: peer.address,
        },
      })
    })
    return { chain: certificate.chain, authority: await this.authority.pem() }
  }

  /** A token for a name that exists re-enrols that agent, unless it was revoked: then it is a new one. */
  private async admit(tx: Transaction, token: TakenJoinToken): Promise<string> {
    const named = await this.agents.findByName(tx, token.agentName)
    const known = named?.revokedAt === null ? named : undefined
    if (named !== null && known === undefined)
      await this.agents.retireName(tx, named.id, token.agentName)
    const agentId = known?.id ?? uuid()
    if (known === undefined) await this.agents.create(tx, agentId, token.agentName)
    await this.tokens.recordAgent(tx, token.id, agentId)
    for (const connection of await this.agents.connectionsByName(tx, token.connections))
      await this.agents.assign(tx, agentId, connection.id, [])
    return agentId
  }
}
