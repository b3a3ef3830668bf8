import { Injectable } from '@nestjs/common'
import { AuthError } from '@wardgate/errors'
import { Authenticator } from '../common/auth/authenticator'
import { authorize } from '../common/auth/identity'
import type { Session } from './session'
import { TargetsService } from './targets.service'

/**
 * Sessions outlive the moment they were admitted in. A change of the epoch empties every memo, so the next operation of
 * a session is asked about here, and every live session at once: whoever may no longer open it may no longer use it.
 */
@Injectable()
export class SessionReview {
  private readonly reviewed = new WeakMap<Session, bigint>()

  constructor(
    private readonly authenticator: Authenticator,
    private readonly targets: TargetsService,
  ) {}

  /** The session was admitted under what held at this epoch. */
  admitted(session: Session, epoch: bigint): void {
    this.reviewed.set(session, epoch)
  }

  /** Rejects with why the session must end. */
  async require(session: Session, epoch: bigint): Promise<void> {
    if (this.reviewed.get(session) === epoch) return
    const { name, connectionId } = session.target
    authorize(await this.authenticator.review(session.identity), 'connections:use', name)
    const target = await this.targets.find(name)
    const isServed = target?.connectionId === connectionId && target.agents.has(session.agentId)
    if (!isServed || !target.enabled)
      throw new AuthError('ERR_AUTH_FORBIDDEN', `connection ${name} is no longer available`)
    this.reviewed.set(session, epoch)
  }
}
