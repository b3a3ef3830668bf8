import { AgentServiceClient } from '@wardgate/contract'
import { type ClientOptions, credentials } from '@grpc/grpc-js'
import { serverName } from './server-name'

/** A catalog of 50,000 tables is about this large; nothing else comes near. */
export const maximumGrpcMessageBytes = 64 << 20
const keepaliveMillis = 10_000
const keepaliveTimeoutMillis = 5_000

const options: ClientOptions = {
  'grpc.max_send_message_length': maximumGrpcMessageBytes,
  'grpc.max_receive_message_length': maximumGrpcMessageBytes,
  'grpc.keepalive_time_ms': keepaliveMillis,
  'grpc.keepalive_timeout_ms': keepaliveTimeoutMillis,
  'grpc.keepalive_permit_without_calls': 1,
  'grpc.initial_reconnect_backoff_ms': 100,
  'grpc.max_reconnect_backoff_ms': 5_000,
  'grpc.enable_retries': 0,
  'grpc.service_config_disable_resolution': 1,
}

/** What mutual TLS needs, as PEM. */
export interface ChannelIdentity {
  readonly authority: string
  readonly key: string
  readonly chain: string
}

export function createAgentClient(address: string, identity: ChannelIdentity): AgentServiceClient {
  const name = serverName(address)
  const channel = credentials.createSsl(
    Buffer.from(identity.authority),
    Buffer.from(identity.key),
    Buffer.from(identity.chain),
    name.verify,
  )
  return new AgentServiceClient(address, channel, { ...options, ...name.options })
}
