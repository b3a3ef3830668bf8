import { ProtocolError, TargetError, toGatewayError, type GatewayError } from '@wardgate/errors'
import type { Permit } from '@wardgate/gateway'
import type { Client, ClientChannel } from 'ssh2'
import { notOpened } from '../channels/open-command'
import { maxExpectedBytes, maxFrameBytes, maxInFlight, replies } from './codes'
import { FrameReader } from './frames'
import { initFrame, TargetReply, type Reply } from './replies'
import { encodeRequest, type FileRequest } from './requests'

interface Waiting {
  /** Of content that the answer may have. */
  readonly bytes: number
  readonly answered: (reply: Reply) => void
  readonly failed: (error: GatewayError) => void
}

/** The file server at the target, opened for the first thing that may be done there. */
export class UpstreamFiles {
  readonly #stream: ClientChannel
  readonly #frames = new FrameReader()
  readonly #waiting = new Map<number, Waiting>()
  #nextId = 0
  #expectedBytes = 0
  #greeted: () => void = () => undefined
  #greeting: Promise<void>
  #room: (() => void) | undefined
  #isDrained = true

  private constructor(stream: ClientChannel) {
    this.#stream = stream
    this.#greeting = new Promise((resolve, reject) => {
      this.#greeted = resolve
      stream.once('close', () => reject(lost()))
    })
    stream.on('error', () => undefined)
    stream.on('data', (chunk: Buffer) => this.#take(chunk))
    stream.on('drain', () => {
      this.#isDrained = true
      this.#makeRoom()
    })
    stream.stderr.resume()
    stream.once('close', () => this.#fail(lost()))
    stream.write(initFrame())
  }

  static async open(upstream: Client, _permit: Permit): Promise<UpstreamFiles> {
    const stream = await new Promise<ClientChannel>((resolve, reject) => {
      upstream.subsys('sftp', (error, opened) => {
        if (error === undefined) resolve(opened)
        else reject(notOpened(error))
      })
    })
    const files = new UpstreamFiles(stream)
    await files.#greeting
    return files
  }

  /** Passes on what was decided. `handle` is the target's own, for requests that name one. */
  request(request: FileRequest, _permit: Permit, handle: Uint8Array = none): Promise<Reply> {
    const id = this.#nextId
    this.#nextId = (this.#nextId + 1) >>> 0
    return new Promise((answered, failed) => {
      if (!this.#stream.writable) return failed(lost())
      const bytes = request.kind === 'read' ? Math.min(request.length, maxFrameBytes) : 0
      this.#waiting.set(id, { bytes, answered, failed })
      this.#expectedBytes += bytes
      for (const piece of encodeRequest(request, id, handle))
        this.#isDrained = this.#stream.write(piece)
    })
  }

  /** Resolves when the target can take another request. */
  async room(): Promise<void> {
    while (this.#isFull) await new Promise<void>((resolve) => (this.#room = resolve))
  }

  get #isFull(): boolean {
    const isBusy = this.#waiting.size >= maxInFlight || this.#expectedBytes >= maxExpectedBytes
    return isBusy || !this.#isDrained
  }

  end(): void {
    this.#stream.end()
    this.#stream.close()
  }

  #take(chunk: Buffer): void {
    try {
      for (const frame of this.#frames.push(chunk)) this.#answer(new TargetReply(frame))
    } catch (error) {
      this.#fail(toGatewayError(error))
      this.end()
    }
  }

  #answer(reply: TargetReply): void {
    if (reply.type === replies.version) return this.#greeted()
    const waiting = this.#waiting.get(reply.id)
    if (waiting === undefined)
      throw new ProtocolError(
        'ERR_PROTOCOL_MALFORMED',
        'SFTP: an answer to nothing from the target',
      )
    this.#waiting.delete(reply.id)
    this.#expectedBytes -= waiting.bytes
    waiting.answered(reply)
    this.#makeRoom()
  }

  #fail(error: GatewayError): void {
    const waiting = [...this.#waiting.values()]
    this.#waiting.clear()
    this.#expectedBytes = 0
    this.#isDrained = true
    for (const { failed } of waiting) failed(error)
    this.#makeRoom()
  }

  #makeRoom(): void {
    const room = this.#room
    this.#room = undefined
    room?.()
  }
}

const none = new Uint8Array()

function lost(): TargetError {
  return new TargetError('ERR_TARGET_LOST', 'the file server at the target has ended')
}
