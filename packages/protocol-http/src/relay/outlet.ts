import type { Exchange } from '../client/exchange'
import type { Encoder } from '../wire/codings'

/** Where the shown body leaves: as it is, or in the coding that the target chose for the client. */
export interface Outlet {
  /** False = wait for `onDrain`'s listener. */
  write(chunk: Uint8Array): boolean
  /** Resolves when all of it has left, or the client has. */
  end(trailers: Readonly<Record<string, string>>): Promise<void> | undefined
  destroy(): void
}

export function outletTo(
  exchange: Exchange,
  encoder: Encoder | undefined,
  onDrain: () => void,
): Outlet {
  return encoder === undefined
    ? plainOutlet(exchange, onDrain)
    : encodedOutlet(exchange, encoder, onDrain)
}

function plainOutlet(exchange: Exchange, onDrain: () => void): Outlet {
  let isListening = false
  const wait = () => {
    if (!isListening) exchange.onDrain(onDrain)
    isListening = true
    return false
  }
  return {
    write: (chunk) => exchange.write(chunk) || wait(),
    end: (trailers) => {
      exchange.end(trailers)
      return undefined
    },
    destroy: () => undefined,
  }
}

/** Flushed with every write: a client that reads events as they come has each of them at once. */
function encodedOutlet(exchange: Exchange, encoder: Encoder, onDrain: () => void): Outlet {
  const stream = encoder.create()
  const destroy = () => void stream.destroy()
  stream.on('data', (part: Buffer) => exchange.write(part) || stream.pause())
  stream.on('error', () => exchange.breakOff())
  stream.on('drain', onDrain)
  exchange.onDrain(() => stream.resume())
  exchange.gone.listen(destroy)
  return {
    write: (chunk) => stream.write(chunk),
    end: (trailers) =>
      new Promise((resolve) => {
        stream.once('end', () => exchange.end(trailers)).once('close', resolve)
        stream.end()
        if (stream.closed) resolve()
      }),
    destroy,
  }
}
