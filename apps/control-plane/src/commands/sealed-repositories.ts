import { Injectable } from '@nestjs/common'
import { AgentRepository } from '../agents/agent.repository'
import { ApprovalRepository } from '../approvals/approval.repository'
import { CatalogRepository } from '../catalogs/catalog.repository'
import type { Transaction } from '../common/database/transaction'
import { ConnectionsRepository } from '../connections/connections.repository'
import { CredentialsRepository } from '../credentials/credentials.repository'
import { IssuersRepository } from '../identity/issuers/issuers.repository'
import { PolicyRepository } from '../policies/policy.repository'
import { WebhooksRepository } from '../notifications/webhooks.repository'
import { CertificatesRepository } from '../principals/certificates/certificates.repository'
import { KeysRepository } from '../principals/keys/keys.repository'
import { PrincipalsRepository } from '../principals/principals.repository'
import { RoleBindingsRepository } from '../roles/role-bindings.repository'
import { RolesRepository } from '../roles/roles.repository'
import { ToolPinsRepository } from '../tools/tool-pins.repository'

/** Whoever keeps rows that grant power. */
export const sealedRepositories = [
  AgentRepository,
  ApprovalRepository,
  CatalogRepository,
  CertificatesRepository,
  ConnectionsRepository,
  CredentialsRepository,
  IssuersRepository,
  KeysRepository,
  PolicyRepository,
  PrincipalsRepository,
  RoleBindingsRepository,
  RolesRepository,
  ToolPinsRepository,
  WebhooksRepository,
]

@Injectable()
export class SealedRepositories {
  constructor(
    private readonly agents: AgentRepository,
    private readonly approvals: ApprovalRepository,
    private readonly catalogs: CatalogRepository,
    private readonly certificates: CertificatesRepository,
    private readonly connections: ConnectionsRepository,
    private readonly credentials: CredentialsRepository,
    private readonly issuers: IssuersRepository,
    private readonly keys: KeysRepository,
    private readonly policies: PolicyRepository,
    private readonly principals: PrincipalsRepository,
    private readonly bindings: RoleBindingsRepository,
    private readonly roles: RolesRepository,
    private readonly tools: ToolPinsRepository,
    private readonly webhooks: WebhooksRepository,
  ) {}

  /** How many rows of each were sealed. */
  async resealAll(tx: Transaction) {
    return {
      ...(await this.agents.resealAll(tx)),
      closedApprovals: await this.approvals.resealAll(tx),
      catalogs: await this.catalogs.resealAll(tx),
      certificates: await this.certificates.resealAll(tx),
      connections: await this.connections.resealAll(tx),
      credentials: await this.credentials.resealAll(tx),
      issuers: await this.issuers.resealAll(tx),
      principalKeys: await this.keys.resealAll(tx),
      policyVersions: await this.policies.resealAll(tx),
      policies: await this.policies.sealInForce(tx),
      principals: await this.principals.resealAll(tx),
      roleBindings: await this.bindings.resealAll(tx),
      roles: await this.roles.resealAll(tx),
      toolConnections: await this.tools.resealAll(tx),
      webhooks: await this.webhooks.resealAll(tx),
    }
  }
}
