import { Injectable } from '@nestjs/common'
import { AuthError, PolicyError, RequestError, type GatewayError } from '@wardgate/errors'
import { v7 as uuid } from 'uuid'
import { AuditLog } from '../common/audit-port'
import { Authenticator } from '../common/auth/authenticator'
import { authorize, type Identity } from '../common/auth/identity'
import { Database } from '../common/database/database'
import { ProtocolDirectory } from '../connections/protocol-settings'
import type { KnownAgent } from '../agents/agent-gate.service'
import { admissionOf } from './admission'
import { Admissions } from './admissions'
import { boundedClaims } from './claimed'
import { IssuedCredentials } from './issued-credentials'
import type { OpenRequest, Session, SessionTarget } from './session'
import { SessionTerms, type Terms } from './session-terms.service'
import { SessionWriter } from './session-writer.service'
import { TargetsService } from './targets.service'

/** Like identities are kept for: an agent that holds an admission knows no more than this process would. */
const admitsSeconds = 10

export interface OpenedSession {
  readonly session: Session
  readonly terms: Terms
  readonly admission: Uint8Array
  /** For how long the agent may begin such sessions before it is answered. */
  readonly admitsSeconds: number
}

/** Decides whether a client may use a connection now, and opens its session. */
@Injectable()
export class OpeningService {
  constructor(
    private readonly authenticator: Authenticator,
    private readonly targets: TargetsService,
    private readonly issued: IssuedCredentials,
    private readonly protocols: ProtocolDirectory,
    private readonly terms: SessionTerms,
    private readonly writer: SessionWriter,
    private readonly admissions: Admissions,
    private readonly database: Database,
    private readonly audit: AuditLog,
  ) {}

  /** Rejects with the refusal that the client is told; it is audited before. */
  async open(request: OpenRequest, agent: KnownAgent): Promise<OpenedSession> {
    const context = {
      address: request.clientAddress,
      surface: 'grpc',
      expectedConnection: request.connection,
    }
    const identity =
      request.rawKeyProof === undefined
        ? await this.authenticator.authenticate(request.rawCredential, context)
        : await this.authenticator.authenticateKey(request.rawKeyProof, context)
    try {
      const target = await this.admit(identity, request, agent)
      return await this.begin(identity, target, request, agent)
    } catch (error) {
      await this.tellRefusal(identity, request, agent, error)
      throw error
    }
  }

  private async admit(
    identity: Identity,
    request: OpenRequest,
    agent: KnownAgent,
  ): Promise<SessionTarget> {
    authorize(identity, 'connections:use', request.connection)
    const target = await this.targets.find(request.connection)
    if (target === undefined) throw await this.whyAbsent(request.connection)
    if (!target.agents.has(agent.id))
      throw new AuthError(
        'ERR_AUTH_FORBIDDEN',
        `connection ${target.name} is not served by agent ${agent.name}`,
        {
          nextStep: `Connect to an agent that serves it, or have an administrator run \`wardgate agents assign ${agent.name} ${target.name}\`.`,
        },
      )
    if (!target.enabled)
      throw new PolicyError('ERR_POLICY_DENIED', `connection ${target.name} is disabled`)
    if (target.protocol !== request.protocol)
      throw new PolicyError(
        'ERR_POLICY_DENIED',
        `connection ${target.name} speaks ${target.protocol}, not ${request.protocol}`,
      )
    return target
  }

  private async whyAbsent(name: string): Promise<GatewayError> {
    if (await this.targets.isWithoutCredential(name))
      return new PolicyError('ERR_POLICY_DENIED', `connection ${name} has no credential`, {
        nextStep: `An administrator sets one: \`wardgate credentials set ${name}\`, with \`--kind none\` where the target asks for none.`,
      })
    return new RequestError('ERR_REQUEST_NOT_FOUND', `there is no connection ${name}`, {
      nextStep: 'Name a connection that exists; `wardgate connections list` shows them.',
    })
  }

  private async begin(
    identity: Identity,
    target: SessionTarget,
    request: OpenRequest,
    agent: KnownAgent,
  ): Promise<OpenedSession> {
    const database = request.database === '' ? target.database : request.database
    if (database === '' && this.needsDatabase(target))
      throw new PolicyError('ERR_POLICY_DENIED', `connection ${target.name} needs a database name`)
    const terms = await this.terms.of(identity, target, database)
    const { principal, connection } = terms
    const id = request.sessionId ?? uuid()
    const issued = await this.issued.issueFor(target, {
      sessionId: id,
      principalName: principal.name,
    })
    const session = this.newSession({
      id,
      identity,
      principal,
      connection,
      target: issued,
      agentId: agent.id,
      agentName: agent.name,
      database,
      claimed: boundedClaims(request.claimed),
      clientAddress: request.clientAddress,
      startedAt: new Date(),
      candidates: [],
      schema: { changes: [] },
      fulfils: request.fulfils,
    })
    // Fails closed: a store that was down a moment ago has to show that it is there.
    if (this.writer.isFailing) await session.stored
    const admission = await this.admissions.seal(admissionOf(session))
    return {
      session,
      terms,
      admission,
      // A key proves itself anew each time, and what was issued for one session unlocks nothing for another.
      admitsSeconds: request.rawKeyProof === undefined && issued === target ? admitsSeconds : 0,
    }
  }

  private needsDatabase({ protocol }: SessionTarget): boolean {
    return this.protocols.all.some(
      ({ name, capabilities }) => name === protocol && capabilities.databases,
    )
  }

  private newSession(session: Omit<Session, 'stored'>): Session {
    let settle: (stored: Promise<void>) => void = () => undefined
    const stored = new Promise<void>((resolve) => {
      settle = resolve
    })
    // Whoever needs the row awaits it; nobody may be listening when it fails.
    stored.catch(() => undefined)
    const whole = { ...session, stored }
    settle(this.writer.store(whole))
    return whole
  }

  private async tellRefusal(
    identity: Identity,
    request: OpenRequest,
    agent: KnownAgent,
    error: unknown,
  ): Promise<void> {
    const reason = error instanceof Error ? error.message : 'internal error'
    await this.database.transaction((tx) =>
      this.audit.append(tx, {
        kind: 'session.refused',
        principalId: identity.principal.id,
        body: {
          connection: request.connection.slice(0, 200),
          agentId: agent.id,
          clientAddress: request.clientAddress.slice(0, 200),
          reason: reason.slice(0, 1_000),
        },
      }),
    )
  }
}
