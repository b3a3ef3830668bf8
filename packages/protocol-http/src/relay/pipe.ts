import type { GatewayError } from '@wardgate/errors'

export interface BodySink {
  /** False = no more until `onDrain`'s listener is called. */
  write(chunk: Uint8Array): boolean
  end(): void
  fail(error: GatewayError): void
}

/** A response body on its way to the client: decoded when it has to be masked, else as it comes. */
export interface BodyPipe<Chunk extends Uint8Array = Buffer> {
  /** False = no more until `resume` of the pipe's owner. */
  write(chunk: Chunk): boolean
  end(): void
  /** The client takes more again. */
  drained(): void
  destroy(): void
}
