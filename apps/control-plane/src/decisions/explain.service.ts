import { Injectable } from '@nestjs/common'
import { RequestError } from '@wardgate/errors'
import type { Operation } from '@wardgate/gateway'
import type { PolicyPrincipal } from '@wardgate/policy'
import type { JsonObject } from '../common/audit-port'
import { type IdentifiedPrincipal, rolesOn } from '../common/auth/identity'
import { InvalidRequest } from '../common/http/invalid-request'
import { ProtocolDirectory } from '../connections/protocol-settings'
import { RoleBindingsService } from '../roles/role-bindings.service'
import type { Selectable } from '../roles/subject'
import { TargetsService } from '../sessions/targets.service'
import { DecisionService } from './decision.service'
import type { ExplainRequest } from './explain.dto'
import { explainedOperation } from './explained-operation'
import { ExplainRepository } from './explain.repository'
import { obligations } from './obligations'

/** Of an agent of this version. */
const everything = new Set(obligations)

/** What an operation would get and why, with the roles that the principal has now; a group has those bound to it. Nobody is asked, and nothing runs. */
@Injectable()
export class ExplainService {
  constructor(
    private readonly decisions: DecisionService,
    private readonly targets: TargetsService,
    private readonly repository: ExplainRepository,
    private readonly bindings: RoleBindingsService,
    private readonly protocols: ProtocolDirectory,
  ) {}

  async explain(request: ExplainRequest, by: IdentifiedPrincipal) {
    const target = await this.targets.find(request.connection)
    if (target === undefined)
      throw new RequestError(
        'ERR_REQUEST_NOT_FOUND',
        `there is no connection ${request.connection}`,
      )
    const { name, protocol, labels } = target
    const database = request.database ?? target.database
    const who = await this.principal(request.principal, by)
    const roles = rolesOn(await this.bindings.grantsOf(who), name)
    const principal = { ...who, roles }
    const connection = { name, protocol, labels, database }
    const about = { id: 'explain', principal, connection, target, database }
    const session = {
      ...about,
      candidates: [],
      schema: { changes: [] },
      claimed: {},
      fulfils: everything,
    }
    const asked = { ...request.operation, database, settings: target.settings }
    const decision = await this.decisions.decide(
      session,
      explainedOperation(asked, this.operationsOf(protocol)),
    )
    const { outcome, facts, determinedBy, memo, verdict } = decision
    const message = outcome.kind === 'allow' ? (verdict?.message ?? '') : outcome.message
    return {
      facts,
      verdict: {
        kind: outcome.kind,
        message,
        determinedBy,
        ...(outcome.kind === 'require-approval' && { approval: outcome.terms }),
      },
      consulted: verdict?.consulted ?? [],
      masking: outcome.kind === 'deny' ? null : outcome.grant.masking,
      memo,
    }
  }

  private operationsOf(protocol: string): readonly Operation['kind'][] {
    return this.protocols.all.find(({ name }) => name === protocol)?.capabilities.operations ?? []
  }

  private async principal(
    selector: string | undefined,
    by: IdentifiedPrincipal,
  ): Promise<Omit<PolicyPrincipal, 'roles'> & Selectable> {
    if (selector === undefined) return by
    if (selector.startsWith('group:')) {
      const group = selector.slice('group:'.length)
      const nobody = { id: '', issuer: '', subject: '', owner: '', claims: {} }
      return { ...nobody, name: selector, kind: 'workload', groups: [group] }
    }
    const [known, other] = await this.repository.principals(selector)
    if (known === undefined)
      throw new RequestError('ERR_REQUEST_NOT_FOUND', `there is no principal ${selector}`)
    if (other !== undefined) {
      const forms = [known, other].map(({ issuer, subject }) => `${issuer.name}|${subject}`)
      const message = `means several principals: say which, such as ${forms.join(' or ')}`
      throw new InvalidRequest([{ path: 'principal', message }])
    }
    const { id, subject, name, kind, groups, owner } = known
    const claims = known.claims as JsonObject
    return { id, subject, name, kind, groups, owner, claims, issuer: known.issuer.name }
  }
}
