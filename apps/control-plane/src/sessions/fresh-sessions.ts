import { setTimeout as delay } from 'node:timers/promises'
import { Injectable } from '@nestjs/common'
import { Clock } from '../common/clock'
import { SessionRepository } from './session.repository'
import { SessionWriter } from './session-writer.service'

/** Sessions are stored some 50 ms after they opened; by then every replica has theirs in the database. */
const youngMillis = 2_000
const longestWaitMillis = 500
const askedAgainMillis = 25

/** Sessions by id, those included that opened a moment ago and whose rows are still to come. */
@Injectable()
export class FreshSessions {
  constructor(
    private readonly sessions: SessionRepository,
    private readonly writer: SessionWriter,
    private readonly clock: Clock,
  ) {}

  async find(id: string) {
    const found = await this.sessions.find(id)
    if (found !== null || !this.isYoung(id)) return found
    await this.writer.settled()
    const until = this.clock.now() + longestWaitMillis
    for (;;) {
      const stored = await this.sessions.find(id)
      if (stored !== null || this.clock.now() >= until) return stored
      // Another replica may have it in its next batch.
      await delay(askedAgainMillis)
    }
  }

  /** By the time that a UUIDv7 begins with (RFC 9562, section 5.7); ids of agents with another clock are not young. */
  private isYoung(id: string): boolean {
    const [high = '', low = '', third = ''] = id.split('-')
    if (!third.startsWith('7')) return false
    return Math.abs(this.clock.now() - Number.parseInt(high + low, 16)) < youngMillis
  }
}
