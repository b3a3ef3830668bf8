import {
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common'
import { AuthError } from '@wardgate/errors'
import { EpochWatch } from '../common/epoch/epoch-watch'
import { type LiveSession, LiveSessions } from './live-sessions'
import { SessionReview } from './session-review.service'

/**
 * Reviews every live session when the epoch changes: who may no longer use a session loses what runs in it too, and
 * not only what would come next.
 */
@Injectable()
export class LiveReview implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger('sessions')
  private stop: () => void = () => undefined
  private isRunning = false

  constructor(
    private readonly live: LiveSessions,
    private readonly reviews: SessionReview,
    private readonly epochs: EpochWatch,
  ) {}

  onApplicationBootstrap(): void {
    this.stop = this.epochs.onChange(() => void this.run())
  }

  onApplicationShutdown(): void {
    this.stop()
  }

  /** One round at a time; a change in the middle of it is followed by another. */
  private async run(): Promise<void> {
    if (this.isRunning) return
    this.isRunning = true
    for (let reviewed: bigint | undefined; reviewed !== this.epochs.current;) {
      reviewed = this.epochs.current
      for (const live of this.live.all()) await this.review(live, reviewed)
    }
    this.isRunning = false
  }

  private async review({ session, kill }: LiveSession, epoch: bigint): Promise<void> {
    try {
      await this.reviews.require(session, epoch)
    } catch (error) {
      if (error instanceof AuthError) kill(error.message)
      // Nothing is known of it: the session is asked about again with its next operation.
      else this.logger.warn({ err: error }, 'a live session could not be reviewed')
    }
  }
}
