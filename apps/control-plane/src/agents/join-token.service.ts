import { createHash, randomBytes } from 'node:crypto'
import { Injectable } from '@nestjs/common'
import { RequestError } from '@wardgate/errors'
import { v7 as uuid } from 'uuid'
import { AuditLog } from '../common/audit-port'
import type { IdentifiedPrincipal } from '../common/auth/identity'
import { Database } from '../common/database/database'
import type { Transaction } from '../common/database/transaction'
import { type PageQuery, toPage } from '../common/http/page'
import { AgentRepository } from './agent.repository'
import type { NewJoinTokenRequest } from './agents.dto'
import { AuthorityService } from './authority.service'
import { JoinTokenRepository } from './join-token.repository'

const secretBytes = 32
const prefix = 'wgj1'

export interface TakenJoinToken {
  readonly id: string
  readonly agentName: string
  readonly connections: readonly string[]
}

/** Join tokens: shown once, used once, stored as a digest, and pinning the authority they lead to. */
@Injectable()
export class JoinTokenService {
  constructor(
    private readonly database: Database,
    private readonly tokens: JoinTokenRepository,
    private readonly agents: AgentRepository,
    private readonly authority: AuthorityService,
    private readonly audit: AuditLog,
  ) {}

  async create(request: NewJoinTokenRequest, by: IdentifiedPrincipal) {
    const secret = randomBytes(secretBytes).toString('base64url')
    const token = `${prefix}.${secret}.${await this.authority.digest()}`
    const id = uuid()
    const expiresAt = new Date(Date.now() + request.expiresInSeconds * 1000)
    await this.database.transaction(async (tx) => {
      await this.requireConnections(tx, request.connections)
      await this.tokens.create(tx, {
        id,
        digest: digestOf(secret),
        agentName: request.agentName,
        connections: request.connections,
        expiresAt,
        createdBy: by.id,
      })
      await this.audit.append(tx, {
        kind: 'join-token.created',
        principalId: by.id,
        body: {
          id,
          agentName: request.agentName,
          connections: request.connections,
          expiresAt: expiresAt.toISOString(),
        },
      })
    })
    return { id, token, expiresAt }
  }

  /** Uses the token up in the transaction of the enrolment; undefined = unknown, expired or used. */
  async take(tx: Transaction, rawToken: string): Promise<TakenJoinToken | undefined> {
    const secret = new RegExp(`^${prefix}\\.([\\w-]{43})\\.[0-9a-f]{64}$`).exec(rawToken)?.[1]
    if (secret === undefined) return undefined
    return (await this.tokens.take(tx, digestOf(secret))) ?? undefined
  }

  async recordAgent(tx: Transaction, id: string, agentId: string): Promise<void> {
    await this.tokens.recordAgent(tx, id, agentId)
  }

  /** Only while it is unused: of a used one the list tells which agent came with it. */
  async withdraw(id: string, by: IdentifiedPrincipal): Promise<void> {
    await this.database.transaction(async (tx) => {
      const token = await this.tokens.withdraw(tx, id)
      if (token === undefined) throw await this.notWithdrawn(tx, id)
      await this.audit.append(tx, {
        kind: 'join-token.withdrawn',
        principalId: by.id,
        body: { id, agentName: token.agentName },
      })
    })
  }

  private async notWithdrawn(tx: Transaction, id: string): Promise<RequestError> {
    if (!(await this.tokens.isKnown(tx, id)))
      return new RequestError('ERR_REQUEST_NOT_FOUND', 'there is no such join token')
    return new RequestError('ERR_REQUEST_CONFLICT', 'an agent has joined with this token', {
      nextStep: 'Revoke the agent if it should not have joined.',
    })
  }

  async list(query: PageQuery) {
    const rows = await this.tokens.list(query)
    return toPage(
      rows,
      query,
      ({ id }) => id,
      (row) => row,
    )
  }

  private async requireConnections(tx: Transaction, names: readonly string[]): Promise<void> {
    const found = await this.agents.connectionsByName(tx, names)
    const missing = names.filter((name) => !found.some((connection) => connection.name === name))
    if (missing.length > 0)
      throw new RequestError('ERR_REQUEST_NOT_FOUND', `no connection ${missing.join(', ')}`)
  }
}

function digestOf(secret: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(createHash('sha256').update(secret).digest())
}
