import type { Clock, CreateRecorder, Spool } from '@wardgate/gateway'
import type { Logger as Log } from '@wardgate/logger'
import type { RecordingShare } from './recording-share'
import { createRecordingWriter, type RecordingWriter } from '@wardgate/recording'
import { SessionRecorder } from './session-recorder'

export interface RecordersOptions {
  readonly spool: Spool
  readonly clock: Clock
  readonly log: Log
  readonly share: RecordingShare
  /** The protocol of a connection, by the connection's id. */
  readonly protocolOf: (connectionId: string) => string
  /** How often what was recorded is handed over, so that a live session can be watched. */
  readonly flushMillis?: number
}

const defaultFlushMillis = 2000

/** Recorders of live sessions. Their chunks go through the spool like everything else that is evidence. */
export class Recorders {
  readonly #options: RecordersOptions
  readonly #live = new Set<RecordingWriter>()
  readonly #timer: NodeJS.Timeout

  constructor(options: RecordersOptions) {
    this.#options = options
    this.#timer = setInterval(
      () => this.#flush(),
      options.flushMillis ?? defaultFlushMillis,
    ).unref()
  }

  readonly create: CreateRecorder = (grant) => {
    if (grant.recording === 'off') return undefined
    const { spool, share, clock, protocolOf } = this.#options
    const { sessionId, principalId } = grant
    const writer = createRecordingWriter({
      sessionId,
      protocol: protocolOf(grant.connectionId),
      startedAtMicros: clock.now() * 1000,
      micros: () => clock.micros(),
      onChunk: (index, data, last) => {
        if (last) this.#live.delete(writer)
        // The last chunk says that the recording is whole: it is never the one too many.
        if (!last) share.require(principalId, data.length)
        spool.append({ kind: 'recording', sessionId, index, data, last })
        share.appended(principalId, data.length)
        recorder.isBehind = share.isBehind(principalId)
      },
    })
    const recorder = new SessionRecorder(writer, () => share.room(principalId))
    this.#live.add(writer)
    return recorder
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  #flush(): void {
    for (const writer of this.#live) {
      try {
        writer.flush()
      } catch (error) {
        // The writer refuses from now on, which ends the session; it need not be asked again.
        this.#live.delete(writer)
        this.#options.log.error({ err: error }, 'recording not spooled')
      }
    }
  }
}
