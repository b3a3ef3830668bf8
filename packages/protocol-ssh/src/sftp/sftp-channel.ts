import { toGatewayError, type GatewayError } from '@wardgate/errors'
import { textOf, type Permit } from '@wardgate/gateway'
import type { ServerChannel } from 'ssh2'
import { recordingAhead, type Relaying } from '../channels/relaying'
import { Settlement } from '../channels/settlement'
import { submitFrom } from '../channels/submission'
import { textFile } from '../channels/output-type'
import { reasonOf, refusalText } from '../errors'
import { isRegularFile, withSize } from './attributes-frame'
import { maxOpenFiles, openFlags, replies, requests, statuses } from './codes'
import { malformed } from './fields'
import { FileRecording } from './file-recording'
import { FrameReader, type Frame } from './frames'
import { HandleRequests } from './handle-requests'
import { maskedSizeOf } from './masked-content'
import { OpenFile, type Use } from './open-file'
import { operationsOf, type PathRequest } from './operations'
import {
  bytesOf,
  frameOf,
  limitsFrame,
  maskNames,
  statusFrame,
  statusOf,
  versionFrame,
  type Reply,
} from './replies'
import { parseRequest, type FileRequest } from './requests'
import { UpstreamFiles } from './upstream-files'

/** The SFTP subsystem of one channel: every request is read, decided and written anew. */
export class SftpChannel {
  readonly #relaying: Relaying
  readonly #channel: ServerChannel
  readonly #closed: AbortSignal
  readonly #frames = new FrameReader()
  readonly #handles: HandleRequests
  #upstream: Promise<UpstreamFiles> | undefined
  #isGreeted = false
  #drained: Promise<void> | undefined

  constructor(relaying: Relaying, channel: ServerChannel, closed: AbortSignal) {
    this.#relaying = relaying
    this.#channel = channel
    this.#closed = closed
    this.#handles = new HandleRequests({
      relaying,
      closed,
      send: (...pieces) => this.#send(...pieces),
      refuse: (id, error) => this.#refuse(id, error),
    })
  }

  start(): void {
    const channel = this.#channel
    channel.on('data', (chunk: Buffer) => {
      // One request after the other: while one is held the client is not read.
      channel.pause()
      this.#take(chunk).then(
        () => channel.resume(),
        (error: unknown) => this.#end(toGatewayError(error)),
      )
    })
    channel.once('end', () => this.#end())
    this.#closed.addEventListener('abort', () => this.#end())
  }

  /** Everything ends: what the target makes of it is not known. */
  abandon(): void {
    this.#handles.closeAll('unknown')
  }

  async #take(chunk: Buffer): Promise<void> {
    this.#relaying.touch()
    for (const frame of this.#frames.push(chunk)) {
      await this.#drained
      await recordingAhead(this.#relaying)
      if (this.#isGreeted) await this.#answer(frame)
      else this.#greet(frame)
    }
  }

  #greet({ head }: Frame): void {
    if (head[4] !== requests.init) throw malformed('a session that does not begin with INIT')
    this.#isGreeted = true
    this.#send(versionFrame())
  }

  async #answer(frame: Frame): Promise<void> {
    let request: FileRequest
    try {
      request = parseRequest(frame)
    } catch (error) {
      return this.#refuse(frame.head.readUInt32BE(5), toGatewayError(error), statuses.badMessage)
    }
    if (request.kind === 'unknown') {
      const message = `${request.name} is not supported`
      return this.#send(statusFrame(request.id, statuses.unsupported, message))
    }
    // Nothing is open at the target yet, so the answer is ours.
    if (request.kind === 'limits') return this.#send(limitsFrame(request.id))
    if ('path' in request) return this.#decide(request)
    const files = await this.#upstream
    if (files === undefined) return this.#handles.unknownHandle(request.id)
    await files.room()
    await this.#handles.pass(files, request)
  }

  async #decide(request: PathRequest): Promise<void> {
    const permits: Permit[] = []
    const settlements: Settlement[] = []
    try {
      for (const operation of operationsOf(request)) {
        const { stderr } = this.#channel
        const answer = await submitFrom(this.#relaying, operation, { stderr, closed: this.#closed })
        if (answer.kind === 'denial') throw answer.error
        this.#relaying.gate.record('in', Buffer.from(`${textOf(operation)}\n`), answer)
        permits.push(answer)
        settlements.push(new Settlement(answer))
      }
      const [permit, ...rest] = permits
      if (permit === undefined || this.#closed.aborted) throw malformed('nothing to do')
      await this.#pass(request, { permits: [permit, ...rest], settlements })
    } catch (error) {
      for (const settlement of settlements) settlement.end()
      this.#refuse(request.id, toGatewayError(error))
    }
  }

  /** Does not wait for the answer: the next request may be on its way meanwhile. */
  async #pass(request: PathRequest, permitted: Permitted): Promise<void> {
    const { permits, settlements } = permitted
    const isMasked = this.#isMasked(request, permits)
    if (this.#handles.size >= maxOpenFiles) throw malformed(`more than ${maxOpenFiles} open files`)
    this.#upstream ??= UpstreamFiles.open(this.#relaying.upstream, permits[0])
    const files = await this.#upstream
    await files.room()
    for (const settlement of settlements) settlement.forwarded()
    this.#ask(files, request, permits[0], isMasked)
      .then((reply) => this.#finish(request, reply, { ...permitted, isMasked }))
      // Also when the answer is none that can be read.
      .catch((error: unknown) => {
        for (const settlement of settlements) settlement.end()
        this.#refuse(request.id, toGatewayError(error))
      })
  }

  /** Of a file that is opened, a folder that is listed, and what is asked about by its name. */
  #isMasked(request: PathRequest, permits: Permitted['permits']): boolean {
    if (request.kind === 'open' && !(request.flags & openFlags.read)) return false
    const isMasked = permits[0].body(textFile).active
    if (isMasked && request.kind === 'open' && request.flags !== openFlags.read)
      throw malformed('a file cannot be written while what is read from it is masked')
    return isMasked
  }

  /** The size that is told is that of the content that can be read. */
  async #ask(
    files: UpstreamFiles,
    request: PathRequest,
    permit: Permit,
    isMasked: boolean,
  ): Promise<Reply> {
    const reply = await files.request(request, permit)
    const isAsked = request.kind === 'stat' || request.kind === 'lstat'
    if (!isMasked || !isAsked || reply.type !== replies.attrs || !isRegularFile(reply.body))
      return reply
    const { scanMaxBytes } = this.#relaying.settings
    const size = await maskedSizeOf({ files, path: request.path, permit }, scanMaxBytes)
    return { type: reply.type, body: withSize(reply.body, size) }
  }

  #finish(request: PathRequest, reply: Reply, opened: Permitted & { isMasked: boolean }): void {
    const { permits, settlements, isMasked } = opened
    if (reply.type === replies.handle) {
      const handle = bytesOf(reply)
      const { path } = request
      const recording = new FileRecording(this.#relaying.gate, permits[0], path)
      const uses = usesOf(request)
      const file = new OpenFile({ path, handle, permits, settlements, uses, isMasked, recording })
      return this.#send(this.#handles.open(request.id, file))
    }
    const { gate } = this.#relaying
    const status = statusOf(reply)
    const isFailed = status !== undefined && status.code !== statuses.ok
    for (const settlement of settlements)
      settlement.settle({
        status: isFailed ? 'failed' : 'succeeded',
        ...(isFailed ? { error: { code: String(status.code), message: status.message } } : {}),
      })
    this.#send(maskedReply(request.id, reply, (text) => gate.maskText(text)))
  }

  #refuse(id: number, error: GatewayError, code: number = statuses.permissionDenied): void {
    if (this.#closed.aborted) return
    // Clients show the code of a status and not its text, so the text goes where people see it.
    this.#channel.stderr.write(refusalText(error))
    this.#send(statusFrame(id, code, reasonOf(error)))
  }

  #send(...pieces: readonly Buffer[]): void {
    const channel = this.#channel
    if (this.#closed.aborted || !channel.writable) return
    let hasRoom = true
    for (const piece of pieces) hasRoom = channel.write(piece)
    if (hasRoom) return
    this.#drained ??= new Promise((resolve) =>
      channel.once('drain', () => {
        this.#drained = undefined
        resolve()
      }),
    )
  }

  #end(reason?: GatewayError): void {
    const unrecorded = this.#handles.closeAll('succeeded')
    const error = reason ?? unrecorded
    void this.#upstream?.then((files) => files.end()).catch(() => undefined)
    const channel = this.#channel
    if (this.#closed.aborted || channel.writableEnded) return
    if (error !== undefined) channel.stderr.write(refusalText(error))
    channel.exit(error === undefined ? 0 : 1)
    channel.stderr.end(() => channel.end())
    channel.resume()
  }
}

function usesOf(request: PathRequest): Use[] {
  if (request.kind !== 'open') return ['readdir']
  const { read, write, append } = openFlags
  const writes = (request.flags & (write | append)) !== 0
  return [
    ...(request.flags & read ? (['read'] as const) : []),
    ...(writes ? (['write'] as const) : []),
  ]
}

interface Permitted {
  readonly permits: readonly [Permit, ...Permit[]]
  readonly settlements: readonly Settlement[]
}

function maskedReply(id: number, reply: Reply, mask: (text: string) => string): Buffer {
  const status = statusOf(reply)
  if (status !== undefined) return statusFrame(id, status.code, mask(status.message))
  const body = reply.type === replies.name ? maskNames(reply.body, mask, false) : reply.body
  return frameOf(reply.type, id, body)
}
