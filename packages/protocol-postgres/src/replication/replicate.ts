import type { Closing, Denial, Gate, Permit, Target } from '@wardgate/gateway'
import type { Duplex } from 'node:stream'
import { holdNotice } from '../errors'
import type { PostgresSettings } from '../settings'
import { endUpstream } from '../relay/end-upstream'
import { cancelUpstream } from '../upstream/cancel'
import { Cancels } from '../upstream/cancels'
import { connect } from '../upstream/connect'
import type { UpstreamConnection } from '../upstream/connection'
import type { ReplicationMode } from './mode'
import { ReplicationRelay } from './replication-relay'

export interface ReplicationSession {
  readonly client: Duplex
  readonly gate: Gate
  readonly target: Target
  readonly settings: PostgresSettings
  readonly mode: ReplicationMode
  /** Session settings that the client asked for. */
  readonly parameters: ReadonlyMap<string, string>
  /** Tells the client that it is in; given the way to cancel what runs. */
  readonly letIn: (upstream: UpstreamConnection, cancel: () => void) => void
}

/** Replication begins with an operation of its own: without a rule for it the target is not even dialled. */
export async function replicate(
  session: ReplicationSession,
  signal: AbortSignal,
): Promise<Closing> {
  const permit = await ask(session)
  if (permit.kind === 'denial') throw permit.error
  const upstream = await connectFor(session, permit, signal)
  try {
    const { client, gate, target, settings, mode } = session
    const cancels = new Cancels(() => cancelUpstream(upstream, target, settings))
    const relay = new ReplicationRelay({ client, upstream, gate, target, mode, cancels }, signal)
    session.letIn(upstream, relay.cancel)
    const closing = await relay.run()
    client.end()
    return closing
  } finally {
    endUpstream(upstream)
  }
}

async function ask({ client, gate, mode }: ReplicationSession): Promise<Permit | Denial> {
  const text = `a connection for ${mode} replication`
  const held = (hold: Parameters<typeof holdNotice>[0]) => void client.write(holdNotice(hold))
  return gate.submit({ kind: 'replication', mode, command: 'CONNECT', text }, { held })
}

async function connectFor(
  { target, settings, mode, parameters }: ReplicationSession,
  permit: Permit,
  signal: AbortSignal,
): Promise<UpstreamConnection> {
  const value = mode === 'logical' ? 'database' : 'true'
  const withMode = new Map([...parameters, ['replication', value]])
  let isConnected = false
  try {
    const upstream = await connect({ target, settings, parameters: withMode }, signal)
    isConnected = true
    return upstream
  } finally {
    const status = isConnected ? 'succeeded' : 'failed'
    permit.settle({ status, rows: 0, bytes: 0, maskedCells: 0 })
  }
}
