import { readdirSync, statSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { join } from 'node:path'
import { TargetError } from '@wardgate/errors'
import type { Dialler, TargetEndpoint } from '@wardgate/gateway'

const keepAliveMillis = 60_000

/**
 * One for all sockets, because a read is copied out before the next begins. Without it every read takes fresh memory
 * of this size, which costs more than the copy.
 */
const readBuffer = Buffer.allocUnsafeSlow(64 << 10)

/** Opens byte streams to targets over TCP and unix sockets. Time limits are the caller's, by its signal. */
export const netDialler: Dialler = {
  async dial(endpoint, signal) {
    signal.throwIfAborted()
    return new Promise<Socket>((resolve, reject) => {
      const socket: Socket = connect({
        ...placeOf(endpoint),
        noDelay: true,
        onread: {
          buffer: readBuffer,
          callback: (count, bytes) => socket.push(Buffer.from(bytes.subarray(0, count))),
        },
      })
      const done = (): void => {
        signal.removeEventListener('abort', abort)
        socket.off('error', fail)
      }
      const fail = (cause: Error): void => {
        done()
        socket.destroy()
        reject(unreachable(endpoint, cause))
      }
      const abort = (): void => fail(asError(signal.reason))
      signal.addEventListener('abort', abort, { once: true })
      socket.once('error', fail)
      socket.once('connect', () => {
        done()
        socket.setKeepAlive(true, keepAliveMillis)
        resolve(socket)
      })
    })
  },
}

function placeOf({
  host,
  port,
}: TargetEndpoint): { path: string } | { host: string; port: number } {
  return host.startsWith('/') ? { path: socketIn(host, port) } : { host, port }
}

/** A folder stands for the socket in it whose name ends with the port, such as `.s.PGSQL.5432`. */
function socketIn(path: string, port: number): string {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() !== true) return path
  const name = readdirSync(path).find((entry) => entry.endsWith(`.${port}`))
  return join(path, name ?? `.${port}`)
}

function unreachable({ host, port }: TargetEndpoint, cause: Error): TargetError {
  const message = `cannot connect to ${host}:${port}`
  return new TargetError('ERR_TARGET_UNREACHABLE', message, { cause })
}

function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error('aborted')
}
