import type { Client } from 'pg'
import { say } from './raw-session'

/** Chunks after which the reader pauses for a turn, as a slow client does. */
const chunksAtOnce = 200

export interface BulkRead {
  readonly text: string
  /** Called whenever the reader pauses. */
  readonly paused?: () => void
}

/** Reads a result off the socket without keeping it. Resolves with how many rows the target says it sent, or the error. */
export function readBulk(
  client: Client,
  { text, paused = () => undefined }: BulkRead,
): Promise<number> {
  const stream = (client as unknown as { connection: { stream: NodeJS.ReadWriteStream } })
    .connection.stream
  stream.removeAllListeners('data')
  let chunks = 0
  let tail = ''
  const rows = new Promise<number>((resolve, reject) => {
    stream.on('data', (chunk: Buffer) => {
      chunks += 1
      tail = (tail + chunk.toString('latin1')).slice(-600)
      const complete = /SELECT (\d+)\0/.exec(tail)
      if (complete) resolve(Number(complete[1]))
      if (chunks % chunksAtOnce !== 0) return
      paused()
      stream.pause()
      setImmediate(() => stream.resume())
    })
    stream.once('close', () =>
      reject(new Error(`the session ended: ${tail.replaceAll('\0', ' ')}`)),
    )
  })
  stream.write(say.query(text))
  stream.resume()
  return rows
}
