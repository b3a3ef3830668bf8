import { Server, type ServerCredentials, type ServerOptions } from '@grpc/grpc-js'

const drainMillis = 3_000

/** `maximumBytes` bounds what may come, `maximumAnswerBytes` what is sent. */
export function newServer(maximumBytes: number, maximumAnswerBytes: number): Server {
  const options: ServerOptions = {
    'grpc.max_receive_message_length': maximumBytes,
    'grpc.max_send_message_length': maximumAnswerBytes,
    'grpc.keepalive_time_ms': 20_000,
    'grpc.keepalive_timeout_ms': 10_000,
    'grpc.keepalive_permit_without_calls': 1,
  }
  return new Server(options)
}

export function listen(
  server: Server,
  { host, port }: { readonly host: string; readonly port: number },
  credentials: ServerCredentials,
): Promise<void> {
  const address = host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
  return new Promise((resolve, reject) => {
    server.bindAsync(address, credentials, (error) => {
      if (error === null) resolve()
      else reject(error)
    })
  })
}

/** Lets calls end; not for ever. */
export function shutdown(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => server.forceShutdown(), drainMillis)
    server.tryShutdown(() => {
      clearTimeout(timer)
      resolve()
    })
  })
}
