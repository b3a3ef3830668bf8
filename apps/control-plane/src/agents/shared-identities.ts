import { Injectable, Logger } from '@nestjs/common'
import { AuditLog } from '../common/audit-port'
import type { Transaction } from '../common/database/transaction'
import type { Agent } from '../generated/prisma/client'
import type { AgentPeer, AgentProcess } from './agent-process'

/**
 * What shows that somebody has a copy of an agent's key: told in the audit log and refused nowhere, because of two that hold
 * one key nobody can say which is the thief. To revoke the agent ends both.
 */
@Injectable()
export class SharedIdentities {
  private readonly logger = new Logger('agents')

  constructor(private readonly audit: AuditLog) {}

  /**
   * A certificate that was renewed is not used any more by whoever renewed it. Of an honest agent this can come only when
   * the answer to its renewal was lost.
   */
  async noteCertificate(tx: Transaction, { id, serial }: Agent, peer: AgentPeer): Promise<void> {
    if (serial === peer.serial) return
    const body = { agentId: id, serial: peer.serial, inForce: serial, address: peer.address }
    this.logger.error(body, 'agent came with a certificate that was superseded')
    await this.audit.append(tx, { kind: 'agent.superseded-certificate', body })
  }

  /** A process that was replaced by another one is gone, unless they are two. */
  async noteProcesses(tx: Transaction, process: AgentProcess, latest: string): Promise<void> {
    const { agentId, instanceId, address } = process
    const body = { agentId, instanceId, address, latestInstanceId: latest }
    this.logger.error(body, 'two processes use the identity of one agent')
    await this.audit.append(tx, { kind: 'agent.identity-shared', body })
  }
}
