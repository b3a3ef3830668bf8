import { toGatewayError, type GatewayError } from '@wardgate/errors'
import type { Relaying } from '../channels/relaying'
import { Settlement } from '../channels/settlement'
import { submitFrom } from '../channels/submission'
import { withSize } from './attributes-frame'
import { replies, statuses } from './codes'
import { readMasked } from './masked-content'
import type { OpenFile, Use } from './open-file'
import { setstatOf } from './operations'
import {
  contentOf,
  dataFrame,
  eofFrame,
  frameOf,
  handleFrame,
  maskNames,
  readdressed,
  statusFrame,
  statusOf,
  type Reply,
} from './replies'
import type { FileRequest } from './requests'
import type { UpstreamFiles } from './upstream-files'

export type HandleRequest = Extract<FileRequest, { readonly handle: Buffer }>

export interface HandleRequestsOptions {
  readonly relaying: Relaying
  readonly closed: AbortSignal
  readonly send: (...pieces: readonly Buffer[]) => void
  readonly refuse: (id: number, error: GatewayError) => void
}

/** Requests on what is open: they were decided when it was opened, but for changes of attributes. */
export class HandleRequests {
  readonly #options: HandleRequestsOptions
  readonly #files = new Map<number, OpenFile>()
  #next = 0

  constructor(options: HandleRequestsOptions) {
    this.#options = options
  }

  get size(): number {
    return this.#files.size
  }

  /** The client gets a handle of ours: the target's own mean nothing outside of this channel. */
  open(id: number, file: OpenFile): Buffer {
    const handle = Buffer.alloc(4)
    handle.writeUInt32BE(this.#next)
    this.#files.set(this.#next, file)
    this.#next = (this.#next + 1) >>> 0
    return handleFrame(id, handle)
  }

  unknownHandle(id: number): void {
    this.#options.send(statusFrame(id, statuses.failure, 'no such handle'))
  }

  /** Why one of them could not be recorded to its end, if so. */
  closeAll(status: 'succeeded' | 'unknown'): GatewayError | undefined {
    const errors = [...this.#files.values()].map((file) => failureOf(() => file.close(status)))
    this.#files.clear()
    return errors.find((error) => error !== undefined)
  }

  /** Does not wait for the answer. */
  async pass(files: UpstreamFiles, request: HandleRequest): Promise<void> {
    const key = request.handle.length === 4 ? request.handle.readUInt32BE() : -1
    const file = this.#files.get(key)
    if (file === undefined) return this.unknownHandle(request.id)
    if (isUse(request.kind) && !file.uses.has(request.kind))
      return this.#options.send(statusFrame(request.id, statuses.permissionDenied, notForThat))
    if (request.kind === 'close') this.#files.delete(key)
    const settlement = request.kind === 'fsetstat' ? await this.#decide(file, request) : undefined
    if (settlement === 'refused') return
    const answered =
      file.isMasked && (request.kind === 'read' || request.kind === 'fstat')
        ? this.#answerMasked(files, file, request)
        : files.request(request, file.permit, file.handle)
    settlement?.forwarded()
    answered
      .then((reply) => this.#finish({ file, request, settlement }, reply))
      // Also when the answer is none that can be read.
      .catch((error: unknown) => {
        settlement?.end()
        if (request.kind === 'close') failureOf(() => file.close('unknown'))
        this.#options.refuse(request.id, toGatewayError(error))
      })
  }

  async #decide(
    { path }: OpenFile,
    request: HandleRequest & { kind: 'fsetstat' },
  ): Promise<Settlement | 'refused'> {
    const { relaying, closed, refuse } = this.#options
    const operation = setstatOf(path, request.attributes)
    const answer = await submitFrom(relaying, operation, { stderr: undefined, closed })
    if (answer.kind === 'permit') return new Settlement(answer)
    refuse(request.id, answer.error)
    return 'refused'
  }

  /** Offsets and size are those of the masked content. */
  async #answerMasked(
    files: UpstreamFiles,
    file: OpenFile,
    request: Extract<HandleRequest, { readonly kind: 'read' | 'fstat' }>,
  ): Promise<Reply> {
    file.content ??= readMasked(files, file, this.#options.relaying.settings.scanMaxBytes)
    const content = await file.content
    if (request.kind === 'read') {
      const from = Number(request.offset)
      const bytes = content.subarray(from, from + request.length)
      const answer = bytes.length === 0 ? eofFrame(0) : dataFrame(0, bytes)
      return { type: answer.readUInt8(4), body: answer.subarray(9) }
    }
    const reply = await files.request(request, file.permit, file.handle)
    return reply.type === replies.attrs
      ? { type: reply.type, body: withSize(reply.body, content.length) }
      : reply
  }

  #finish({ file, request, settlement }: Passed, reply: Reply): void {
    const { send, relaying } = this.#options
    const status = statusOf(reply)
    settlement?.settle({ status: status?.code === statuses.ok ? 'succeeded' : 'failed' })
    if (request.kind === 'close') file.close('succeeded')
    if (request.kind === 'read' && reply.type === replies.data)
      file.passed('out', request.offset, contentOf(reply))
    if (request.kind === 'write' && status?.code === statuses.ok)
      file.passed('in', request.offset, request.data)
    relaying.touch()
    const mask = (text: string) => relaying.gate.maskText(text)
    if (status !== undefined) send(statusFrame(request.id, status.code, mask(status.message)))
    else if (reply.type === replies.name)
      send(frameOf(reply.type, request.id, maskNames(reply.body, mask, file.isMasked)))
    else send(...readdressed(request.id, reply))
  }
}

/** For where nothing would catch it: an error that is thrown in a stream's listener ends the process. */
function failureOf(work: () => void): GatewayError | undefined {
  try {
    work()
    return undefined
  } catch (caught) {
    return toGatewayError(caught)
  }
}

const notForThat = 'the handle was not opened for that'

function isUse(kind: HandleRequest['kind']): kind is Use {
  return kind === 'read' || kind === 'write' || kind === 'readdir'
}

interface Passed {
  readonly file: OpenFile
  readonly request: HandleRequest
  readonly settlement: Settlement | undefined
}
