import type { Recorded, Recorder } from '@wardgate/gateway'
import type { RecordingWriter } from '@wardgate/recording'

/** The recording of one session, and whether the session is ahead of what is stored of it. */
export class SessionRecorder implements Recorder {
  isBehind = false
  readonly #writer: RecordingWriter
  readonly #room: () => Promise<void>
  #waiting: Promise<void> | undefined

  constructor(writer: RecordingWriter, room: () => Promise<void>) {
    this.#writer = writer
    this.#room = room
  }

  record(what: Recorded, chunk: Uint8Array): void {
    this.#writer.record(what, chunk)
  }

  mark(operationId: string): void {
    this.#writer.mark(operationId)
  }

  end(): void {
    this.#writer.end()
  }

  /** One wait for all who ask, so that a session that gave up leaves nothing that grows. */
  room(): Promise<void> {
    return (this.#waiting ??= this.#room().then(() => {
      this.isBehind = false
      this.#waiting = undefined
    }))
  }
}
