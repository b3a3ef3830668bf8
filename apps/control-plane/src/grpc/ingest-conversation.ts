import type { IngestResponse } from '@wardgate/contract'
import type { KnownAgent } from '../agents/agent-gate.service'
import type { IngestService } from '../ingest/ingest.service'
import { readBatch } from '../ingest/records/read-batch'

/** Batches that wait for the database; then the stream is not read any more. */
const mostQueued = 4

export interface IngestWire {
  /** Where the stream comes from. */
  readonly address: string
  acknowledge(response: IngestResponse): void
  fail(error: unknown): void
  pause(): void
  resume(): void
}

/** One Ingest stream: batches one after the other, each acknowledged when it is durable. */
export class IngestConversation {
  private queue: Promise<void> = Promise.resolve()
  private queued = 0
  private isOver = false

  constructor(
    private readonly ingests: IngestService,
    private readonly agent: KnownAgent,
    private readonly wire: IngestWire,
  ) {}

  /** `request` is a serialised IngestRequest: what waits in the queue takes the least room as bytes. */
  receive(request: Buffer): void {
    this.queued += 1
    if (this.queued >= mostQueued) this.wire.pause()
    this.queue = this.queue
      .then(() => this.take(request))
      .catch((error: unknown) => {
        this.isOver = true
        this.wire.fail(error)
      })
      .finally(() => {
        this.queued -= 1
        if (this.queued < mostQueued) this.wire.resume()
      })
  }

  ended(): void {
    this.isOver = true
  }

  private async take(request: Buffer): Promise<void> {
    if (this.isOver) return
    const { spoolId, records } = readBatch(request)
    const sender = { agentId: this.agent.id, spoolId, address: this.wire.address }
    const acknowledged = await this.ingests.take(sender, records)
    this.wire.acknowledge({ spoolId, acknowledged: BigInt(acknowledged) })
  }
}
