import { setTimeout as delay } from 'node:timers/promises'
import { Injectable } from '@nestjs/common'
import { RequestError } from '@wardgate/errors'
import { Clock } from '../common/clock'
import { OperationRepository } from './operation.repository'
import { SessionRepository } from './session.repository'

/** Agents hand over what was recorded every other second. */
const pollMillis = 1_000
/** The last chunk of a session comes after its end. */
const graceMillis = 5_000
/** Each asks the database once a second for as long as somebody watches. */
const mostFollowers = 32

export interface Feed {
  readonly sessionId: string
  readonly first: Uint8Array
  /** Goes on with what comes while the session runs, until then. */
  readonly followUntil?: Date
}

/** The chunks of a recording, read while they are sent. */
@Injectable()
export class RecordingFeed {
  private followers = 0

  constructor(
    private readonly sessions: SessionRepository,
    private readonly operations: OperationRepository,
    private readonly clock: Clock,
  ) {}

  chunks(feed: Feed): AsyncGenerator<Uint8Array, void, undefined> {
    if (feed.followUntil === undefined) return this.stored(feed)
    if (this.followers >= mostFollowers)
      throw new RequestError('ERR_REQUEST_RATE_LIMITED', 'too many recordings are being followed')
    return this.followed(feed, feed.followUntil)
  }

  private async *stored({ sessionId, first }: Feed): AsyncGenerator<Uint8Array, void, undefined> {
    let chunk: Uint8Array | undefined = first
    for (let index = 1; chunk !== undefined; index += 1) {
      yield chunk
      chunk = await this.operations.chunk(sessionId, index)
    }
  }

  private async *followed(
    { sessionId, first }: Feed,
    until: Date,
  ): AsyncGenerator<Uint8Array, void, undefined> {
    this.followers += 1
    try {
      yield first
      let index = 1
      let end = until.getTime()
      while (this.clock.now() < end) {
        const chunk = await this.operations.chunk(sessionId, index)
        if (chunk === undefined) {
          const session = await this.sessions.find(sessionId)
          if (session?.state !== 'open') end = Math.min(end, this.clock.now() + graceMillis)
          await delay(pollMillis)
        } else {
          index += 1
          yield chunk
        }
      }
    } finally {
      this.followers -= 1
    }
  }
}
