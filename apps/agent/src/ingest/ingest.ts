import { type ClientDuplexStream, status } from '@grpc/grpc-js'
import {
  type AgentServiceClient,
  AgentServiceService,
  type IngestResponse,
} from '@wardgate/contract'
import { AuditError } from '@wardgate/errors'
import { Backoff } from '../control/backoff'
import type { Logger as Log } from '@wardgate/logger'
import { type Batch, type BatchLimits, SpoolReader } from '../spool/reader'
import type { FileSpool } from '../spool/spool'
import { encodeIngestRequest } from './request'

export interface IngestOptions {
  readonly spool: FileSpool
  /** The link's present client; undefined while there is no link. */
  readonly client: () => AgentServiceClient | undefined
  readonly log: Log
  readonly gatherMillis?: number
  readonly batchRecords?: number
  readonly firstBackoffMillis?: number
  readonly random?: () => number
}

/** What a control plane takes in one transaction; it reads all of it at once, and answers nobody meanwhile. */
const batchLimits = { records: 4000, bytes: 2 << 20 }
/** How long durable records may wait for company: a batch costs both sides far more than a record does. */
const defaultGatherMillis = 200
/** Batches that are sent and not acknowledged; bounds what a slow control plane makes the agent hold. */
const maximumUnacknowledged = 8
/** An unacknowledged batch this old means that the stream is stuck. */
const acknowledgeMillis = 30_000
const maximumBackoffMillis = 10_000

type Stream = ClientDuplexStream<Buffer, IngestResponse>

/**
 * Sends the spool to the control plane, in order, from the acknowledged position on. What is sent twice after a lost
 * stream has the same (agent, spool, sequence), so it is written once.
 */
export class Ingest {
  readonly #options: IngestOptions
  readonly #batchLimits: BatchLimits
  readonly #backoff: Backoff
  readonly #stopListening: () => void
  #stream: Stream | undefined
  #reader: SpoolReader | undefined
  /** Last sequence number of each batch under way. */
  #unacknowledged: number[] = []
  #isPumping = false
  #isStopped = false
  #isBlocked = false
  #gathering: NodeJS.Timeout | undefined
  /** The last record that was sent, or acknowledged before. */
  #sent = 0
  #retry: NodeJS.Timeout | undefined
  #watch: NodeJS.Timeout | undefined

  constructor(options: IngestOptions) {
    this.#options = options
    this.#batchLimits = { ...batchLimits, records: options.batchRecords ?? batchLimits.records }
    this.#backoff = new Backoff({
      firstMillis: options.firstBackoffMillis ?? 200,
      maximumMillis: maximumBackoffMillis,
      random: options.random ?? Math.random,
    })
    this.#stopListening = options.spool.onDurable(() => this.#gather())
  }

  /** Called when the link is up. Also moves to a renewed client. */
  connect(): void {
    const client = this.#options.client()
    if (this.#isStopped || client === undefined || this.#options.spool.broken !== undefined) return
    this.disconnect()
    const { path, responseDeserialize } = AgentServiceService.ingest
    const stream = client.makeBidiStreamRequest(path, asIs, responseDeserialize)
    this.#stream = stream
    this.#sent = this.#options.spool.acknowledged
    this.#reader = new SpoolReader(this.#options.spool, this.#sent + 1)
    stream.on('data', (response: IngestResponse) => this.#receive(stream, response))
    stream.on('error', (error) => this.#lose(stream, error))
    stream.on('end', () => this.#lose(stream, undefined))
    stream.on('drain', () => {
      this.#isBlocked = false
      void this.#pump()
    })
    void this.#pump()
  }

  disconnect(): void {
    clearTimeout(this.#retry)
    clearTimeout(this.#watch)
    this.#stopGathering()
    this.#watch = undefined
    const stream = this.#stream
    this.#stream = undefined
    this.#unacknowledged = []
    this.#isBlocked = false
    void this.#reader?.close()
    this.#reader = undefined
    stream?.cancel()
  }

  stop(): void {
    this.#isStopped = true
    this.#stopListening()
    this.disconnect()
  }

  /** Resolves when everything durable is acknowledged, or when the signal ends the wait. */
  async settled(signal: AbortSignal): Promise<void> {
    const { spool } = this.#options
    void this.#pump()
    while (!signal.aborted && spool.acknowledged < spool.durableSequence) {
      await new Promise<void>((resolve) => {
        this.#onAcknowledged = resolve
        signal.addEventListener('abort', () => resolve(), { once: true })
      })
    }
  }

  #onAcknowledged: () => void = () => undefined

  /** Sends when there is a whole batch, or when the first record has waited long enough. */
  #gather(): void {
    if (this.#reader === undefined) return
    const unsent = this.#options.spool.durableSequence - this.#sent
    if (unsent === 0) return
    if (unsent >= this.#batchLimits.records) {
      void this.#pump()
      return
    }
    this.#gathering ??= setTimeout(
      () => void this.#pump(),
      this.#options.gatherMillis ?? defaultGatherMillis,
    )
  }

  #stopGathering(): void {
    clearTimeout(this.#gathering)
    this.#gathering = undefined
  }

  async #pump(): Promise<void> {
    // First of all: a timer that has fired, and stays, would keep `#gather` from ever setting another one.
    this.#stopGathering()
    if (this.#isPumping) return
    this.#isPumping = true
    try {
      while (this.#reader !== undefined && this.#maySend()) {
        if (!(await this.#sendNext(this.#reader))) break
      }
    } finally {
      this.#isPumping = false
    }
  }

  /** False when there is nothing to send now. */
  async #sendNext(reader: SpoolReader): Promise<boolean> {
    let batch: Batch | undefined
    try {
      batch = await reader.read(this.#batchLimits)
    } catch (cause) {
      // A reader that was closed under way fails too; only the present one speaks for the spool.
      if (reader === this.#reader) this.#unreadable(cause)
      return this.#reader !== undefined
    }
    // The stream was replaced while the disk was read: the new reader begins where it must.
    if (reader !== this.#reader || this.#stream === undefined) return true
    if (batch === undefined) return false
    this.#sent = batch.last
    this.#unacknowledged.push(batch.last)
    this.#startWatch(this.#stream)
    this.#isBlocked = !this.#stream.write(encodeIngestRequest(this.#options.spool.spoolId, batch))
    return true
  }

  #maySend(): boolean {
    return (
      this.#stream !== undefined &&
      !this.#isBlocked &&
      this.#unacknowledged.length < maximumUnacknowledged
    )
  }

  #receive(stream: Stream, { spoolId, acknowledged }: IngestResponse): void {
    if (stream !== this.#stream) return
    const { spool, log } = this.#options
    const last = Number(acknowledged)
    const held = spool.durableSequence
    if (spoolId !== spool.spoolId || last > held) {
      log.error({ spoolId, acknowledged: last, held }, 'acknowledgement of what there is not')
      return stream.cancel()
    }
    if (last <= spool.acknowledged) return
    // Of what this stream has not sent yet the control plane cannot know whether it is what lies here: an earlier stream
    // had brought it, or another process that has a copy of this spool. It compares when it gets there.
    if (last <= this.#sent) {
      spool.acknowledge(last)
      this.#backoff.reset()
      this.#onAcknowledged()
    }
    this.#unacknowledged = this.#unacknowledged.filter((batch) => batch > last)
    clearTimeout(this.#watch)
    this.#watch = undefined
    if (this.#unacknowledged.length > 0) this.#startWatch(stream)
    this.#gather()
  }

  #startWatch(stream: Stream): void {
    this.#watch ??= setTimeout(() => stream.cancel(), acknowledgeMillis).unref()
  }

  #lose(stream: Stream, error: unknown): void {
    if (stream !== this.#stream) return
    this.disconnect()
    if (this.#isStopped) return
    const level = isForkOrGap(error) ? 'error' : 'warn'
    this.#options.log[level]({ err: error }, 'ingest stream lost')
    this.#retry = setTimeout(() => this.connect(), this.#backoff.next()).unref()
  }

  /** Evidence that does not verify is not sent, and nothing more may run on top of it. */
  #unreadable(cause: unknown): void {
    const error =
      cause instanceof AuditError
        ? cause
        : new AuditError('ERR_AUDIT_UNAVAILABLE', 'the spool cannot be read', { cause })
    this.#options.log.error({ err: error }, 'spool not readable')
    this.#options.spool.fail(error)
    this.disconnect()
  }
}

/** Then somebody must look: it does not mend itself. */
function isForkOrGap(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === status.DATA_LOSS
}

function asIs(bytes: Buffer): Buffer {
  return bytes
}
