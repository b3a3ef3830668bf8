import { createHash } from 'node:crypto'
import { Injectable } from '@nestjs/common'
import { PolicyError, RequestError } from '@wardgate/errors'
import {
  compilePolicies,
  parsePolicy,
  type PolicyDocument,
  type PolicyProblem,
} from '@wardgate/policy'
import { v7 as uuid } from 'uuid'
import { AuditLog } from '../common/audit-port'
import type { IdentifiedPrincipal } from '../common/auth/identity'
import { Database } from '../common/database/database'
import { EpochService } from '../common/epoch/epoch.service'
import { InvalidRequest } from '../common/http/invalid-request'
import { toPage } from '../common/http/page'
import { matchesPattern } from '../common/name-pattern'
import { lackingCapabilities, ProtocolCapabilities } from './capabilities'
import type { PoliciesQuery, PolicyParams } from './policies.dto'
import { PolicyRepository, type PolicyState, type StoredPolicy } from './policy.repository'

/** From which states a version may be brought into a state. */
const movesInto: Readonly<Record<'dry-run' | 'active' | 'retired', readonly PolicyState[]>> = {
  'dry-run': ['draft'],
  active: ['draft', 'dry-run', 'retired'],
  retired: ['draft', 'dry-run', 'active'],
}

@Injectable()
export class PoliciesService {
  constructor(
    private readonly database: Database,
    private readonly policies: PolicyRepository,
    private readonly protocols: ProtocolCapabilities,
    private readonly epochs: EpochService,
    private readonly audit: AuditLog,
  ) {}

  async list(query: PoliciesQuery) {
    const rows = await this.policies.list(query)
    return toPage(rows, query, ({ id }) => id, toAnswer)
  }

  async get({ name, version }: PolicyParams) {
    return toAnswer(await this.require(name, version))
  }

  async validate(source: string) {
    const { problems, document } = await this.examine(source)
    return { valid: problems.length === 0, ...(document && { name: document.name }), problems }
  }

  async createDraft(source: string, by: IdentifiedPrincipal) {
    const { problems, document } = await this.examine(source)
    if (document === undefined || problems.length > 0)
      throw new InvalidRequest(problems.map(toField))
    const digest = createHash('sha256').update(source).digest('hex')
    const version = await this.database.transaction(async (tx) => {
      await this.policies.lockName(tx, document.name)
      const draft = { id: uuid(), name: document.name, source, document, digest, author: by.id }
      const created = await this.policies.createDraft(tx, draft)
      await this.audit.append(tx, {
        kind: 'policy.created',
        principalId: by.id,
        body: { name: document.name, version: created, digest },
      })
      return created
    })
    return this.get({ name: document.name, version })
  }

  activate(params: PolicyParams, by: IdentifiedPrincipal) {
    return this.move(params, 'active', 'policy.activated', by)
  }

  dryRun(params: PolicyParams, by: IdentifiedPrincipal) {
    return this.move(params, 'dry-run', 'policy.dry-run', by)
  }

  retire(params: PolicyParams, by: IdentifiedPrincipal) {
    return this.move(params, 'retired', 'policy.retired', by)
  }

  private async move(
    { name, version }: PolicyParams,
    state: keyof typeof movesInto,
    kind: string,
    by: IdentifiedPrincipal,
  ) {
    if (state !== 'retired') await this.requireEnforceable(await this.require(name, version))
    await this.database.transaction(async (tx) => {
      await this.policies.lockName(tx, name)
      const policy = await this.policies.find(name, version, tx)
      if (policy === undefined) throw unknown(name, version)
      if (policy.state === state) return
      if (!movesInto[state].includes(policy.state))
        throw new RequestError(
          'ERR_REQUEST_CONFLICT',
          `version ${version} of ${name} is ${policy.state} and cannot become ${state}`,
        )
      if (state !== 'retired') await this.policies.retireOthers(tx, name, version, state)
      await this.policies.setState(tx, name, version, state)
      await this.epochs.bump(tx)
      await this.policies.sealInForce(tx)
      await this.audit.append(tx, {
        kind,
        principalId: by.id,
        body: { name, version, digest: policy.digest, from: policy.state },
      })
    })
    return this.get({ name, version })
  }

  private async examine(source: string): Promise<{
    readonly problems: readonly PolicyProblem[]
    readonly document?: PolicyDocument
  }> {
    const { problems, document } = parsePolicy(source)
    if (problems !== undefined) return { problems }
    const lacking = await this.lacking(document)
    return { document, problems: lacking.map((message) => ({ path: '', message })) }
  }

  /** Connections and protocols may have changed since it was saved. */
  private async requireEnforceable({ document }: StoredPolicy): Promise<void> {
    compilePolicies([{ name: document.name, version: 1, document }])
    const [problem] = await this.lacking(document)
    if (problem !== undefined) throw new PolicyError('ERR_POLICY_UNSUPPORTED_CAPABILITY', problem)
  }

  private async lacking(document: PolicyDocument): Promise<readonly string[]> {
    const { connections, protocols } = document.appliesTo ?? {}
    const concerned = (await this.policies.connectionsForCapabilities()).filter(
      ({ name, protocol }) =>
        (connections === undefined || connections.some((glob) => matchesPattern(glob, name))) &&
        (protocols === undefined || protocols.some((glob) => matchesPattern(glob, protocol))),
    )
    const names = [...new Set(concerned.map(({ protocol }) => protocol))]
    return names.flatMap((name) => lackingCapabilities(document, name, this.protocols.find(name)))
  }

  private async require(name: string, version: number): Promise<StoredPolicy> {
    const found = await this.policies.find(name, version)
    if (found === undefined) throw unknown(name, version)
    return found
  }
}

function unknown(name: string, version: number): RequestError {
  return new RequestError('ERR_REQUEST_NOT_FOUND', `policy ${name} has no version ${version}`)
}

function toField({ path, message, line }: PolicyProblem) {
  const inSource = path === '' ? 'source' : `source.${path}`
  return { path: inSource, message: line === undefined ? message : `line ${line}: ${message}` }
}

function toAnswer(policy: StoredPolicy) {
  const { document: _document, ...answer } = policy
  return answer
}
