import { toGatewayError, type GatewayError } from '@wardgate/errors'
import { Arrivals } from '../client/arrivals'
import type { Front } from '../client/front'
import type { OpenClient } from '../client/open-client'
import type { Tunnel } from '../client/place'
import { tellAll } from '../client/refusals'
import { Relay, type RelayParts } from './relay'

export interface TunnelStream {
  readonly tunnel: Tunnel
  /** What the client speaks within it. */
  readonly client: OpenClient
  readonly front: Front
}

/** The requests within a tunnel that is a stream of HTTP/2: relayed beside the client's others, in the same session. */
export async function relayStream(
  { tunnel, client, front }: TunnelStream,
  parts: RelayParts,
): Promise<void> {
  const { socket, version } = client
  const arrivals = new Arrivals()
  front.serve(socket, version, arrivals, tunnel)
  const relay = new Relay({ ...parts, arrivals, unreadable: arrivals.failed })
  const error = await errorOf(relay)
  if (socket.destroyed || !socket.writable) return
  if (error !== undefined) tellAll(client, [...relay.unanswered, ...arrivals.takeAll()], error)
  await front.end(socket)
}

async function errorOf(relay: Relay): Promise<GatewayError | undefined> {
  try {
    return (await relay.run()).error
  } catch (caught) {
    return toGatewayError(caught)
  }
}
