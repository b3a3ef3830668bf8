import { chmodSync, mkdirSync, unlinkSync } from 'node:fs'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { dirname } from 'node:path'
import { ConfigError } from '@wardgate/errors'
import type { ListenerSpec } from '../config/listener-spec'

/** The accept queue; the kernel cuts it to its own bound. */
const backlog = 1024
const keepAliveMillis = 60_000
/** The owner and its group may connect. */
const unixSocketMode = 0o660

/** Listens. A taken or forbidden address is a ConfigError that names it. */
export async function bind(spec: ListenerSpec, accept: (client: Socket) => void): Promise<Server> {
  if (spec.address.kind === 'unix') await removeStale(spec.address.path)
  // A client that has sent its last may still wait for answers: its engine says when the socket ends.
  const server = createServer(
    {
      allowHalfOpen: true,
      noDelay: true,
      keepAlive: true,
      keepAliveInitialDelay: keepAliveMillis,
    },
    accept,
  )
  const { address } = spec
  const where =
    address.kind === 'unix' ? { path: address.path } : { host: address.host, port: address.port }
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(cannotListen(spec, error)))
    server.listen({ ...where, backlog }, resolve)
  })
  if (address.kind === 'unix') chmodSync(address.path, unixSocketMode)
  return server
}

/** A socket file that nobody answers on is left from a killed agent; one that somebody answers on is taken. */
async function removeStale(path: string): Promise<void> {
  mkdirSync(dirname(path), { recursive: true })
  const code = await new Promise<string | undefined>((resolve) => {
    const probe = connect(path)
    probe.once('connect', () => {
      probe.destroy()
      resolve(undefined)
    })
    probe.once('error', (error: NodeJS.ErrnoException) => resolve(error.code))
  })
  if (code === 'ECONNREFUSED') unlinkSync(path)
}

function cannotListen(spec: ListenerSpec, error: NodeJS.ErrnoException): ConfigError {
  const why = reasons[error.code ?? ''] ?? error.message
  return new ConfigError('ERR_CONFIG_INVALID', `cannot listen on ${spec.text}: ${why}`, {
    cause: error,
    nextStep: 'Choose another address for this listener, or stop what uses it.',
  })
}

const reasons: Readonly<Record<string, string>> = {
  EADDRINUSE: 'the address is taken',
  EACCES: 'permission denied',
  EADDRNOTAVAIL: 'this machine does not have that address',
}
