import { Injectable } from '@nestjs/common'
import { AuthError } from '@wardgate/errors'
import { AttachmentService } from '../agents/attachment.service'
import { AuditLog } from '../common/audit-port'
import { Database } from '../common/database/database'
import { ProtocolDirectory } from '../connections/protocol-settings'
import type { AssignedTarget } from '../sessions/assigned'
import { InterceptionAuthority } from './interception-authority.service'

/** By which agents stand for the hosts of their connections, and for no others. */
@Injectable()
export class HostCertificates {
  constructor(
    private readonly attachments: AttachmentService,
    private readonly protocols: ProtocolDirectory,
    private readonly authority: InterceptionAuthority,
    private readonly database: Database,
    private readonly audit: AuditLog,
  ) {}

  async issue(agentId: string, host: string, rawRequest: Uint8Array): Promise<string> {
    const assigned = await this.attachments.assignments(agentId)
    const standing = assigned.find((connection) => this.hostsOf(connection).includes(host))
    if (standing === undefined)
      throw new AuthError('ERR_AUTH_FORBIDDEN', `no connection of this agent has the host ${host}`)
    const { chain, serial, until } = await this.authority.issue(host, rawRequest)
    const { connectionId } = standing.target
    const body = { agentId, connectionId, host, serial, until: until.toISOString() }
    await this.database.transaction((tx) =>
      this.audit.append(tx, { kind: 'host.certificate-issued', body }),
    )
    return chain
  }

  private hostsOf({ target, settings }: AssignedTarget): readonly string[] {
    const protocol = this.protocols.all.find(({ name }) => name === target.protocol)
    const hosts = protocol?.proxyHosts?.(protocol.settings.parse(settings)) ?? []
    return hosts.map((host) => host.replace(/:\d+$/, '').replace(/^\[|\]$/g, ''))
  }
}
