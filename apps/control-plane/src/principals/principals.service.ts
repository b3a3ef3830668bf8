import { Injectable } from '@nestjs/common'
import { RequestError } from '@wardgate/errors'
import { AuditLog } from '../common/audit-port'
import type { IdentifiedPrincipal } from '../common/auth/identity'
import { Database } from '../common/database/database'
import { EpochService } from '../common/epoch/epoch.service'
import { toPage } from '../common/http/page'
import { StaleVersion } from '../common/http/precondition'
import { ConsoleSessionsRepository } from '../identity/console-sessions.repository'
import type { PrincipalQuery, UpdatePrincipal } from './principals.dto'
import { type PrincipalRecord, PrincipalsRepository } from './principals.repository'

@Injectable()
export class PrincipalsService {
  constructor(
    private readonly principals: PrincipalsRepository,
    private readonly consoleSessions: ConsoleSessionsRepository,
    private readonly database: Database,
    private readonly epochs: EpochService,
    private readonly audit: AuditLog,
  ) {}

  async list(query: PrincipalQuery) {
    const rows = await this.principals.list(query, query)
    return toPage(rows, query, (principal) => principal.id, toAnswer)
  }

  async get(id: string) {
    const principal = await this.principals.find(id)
    if (principal === null) throw notFound(id)
    return toAnswer(principal)
  }

  /** A disabled principal is refused from its next request on, whatever token it holds; its live sessions end. */
  async update(by: IdentifiedPrincipal, id: string, version: number, input: UpdatePrincipal) {
    if ((await this.principals.find(id)) === null) throw notFound(id)
    if (input.disabled && id === by.id)
      throw new RequestError('ERR_REQUEST_CONFLICT', 'nobody can disable itself')
    const updated = await this.database.transaction(async (tx) => {
      const principal = await this.principals.setDisabled(tx, id, version, input.disabled)
      if (principal === null) throw new StaleVersion('the principal')
      if (input.disabled) await this.consoleSessions.endAllOf(tx, id)
      await this.epochs.bump(tx)
      await this.audit.append(tx, {
        kind: input.disabled ? 'principal.disabled' : 'principal.enabled',
        principalId: by.id,
        body: { principal: { id, name: principal.name, subject: principal.subject } },
      })
      return principal
    })
    return toAnswer(updated)
  }
}

function notFound(id: string): RequestError {
  return new RequestError('ERR_REQUEST_NOT_FOUND', `there is no principal ${id}`)
}

function toAnswer({ issuer, ...principal }: PrincipalRecord) {
  return {
    ...principal,
    issuer: issuer.name,
    lastSeenAt: principal.lastSeenAt?.toISOString() ?? null,
    createdAt: principal.createdAt.toISOString(),
    updatedAt: principal.updatedAt.toISOString(),
  }
}
