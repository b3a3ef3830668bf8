import { SessionError } from '@wardgate/errors'
import { setMaxListeners } from 'node:events'
import { systemClock, systemTimers } from '../clock'
import { defaultLimits, type GatewayLimits } from '../limits'
import { RowBudgets } from '../row-budget/row-budgets'
import { VerdictMemo } from '../memo/verdict-memo'
import type { Clock, ControlPlane, CreateRecorder, Dialler, Log, Spool, Timers } from '../ports'
import type { Protocol } from '../protocol'
import { CancelRegistry } from './cancel-registry'
import { newCounters, type Counters } from './counters'
import { HandshakeRoom } from '../logins/handshake-room'
import type { House } from './house'
import { LoginRefusals } from '../logins/login-refusals'
import type { ServeOptions } from './listener'
import { PrincipalPlaces } from './principal-places'
import { serve } from './serve'

/** What the agent gives to the gateway. */
export interface GatewayOptions {
  readonly controlPlane: ControlPlane
  readonly spool: Spool
  readonly dialler: Dialler
  readonly log: Log
  readonly memo?: VerdictMemo
  readonly createRecorder?: CreateRecorder
  readonly limits?: Partial<GatewayLimits>
  readonly clock?: Clock
  readonly timers?: Timers
}

/** Serves accepted sockets until it is drained. One per agent. */
export interface Gateway {
  /** Serves one accepted socket to its end; the socket is destroyed then. Never rejects. */
  serve(options: ServeOptions): Promise<void>
  /** Refuses new sockets, lets sessions end by themselves for so long, then ends them. */
  drain(withinMillis: number): Promise<void>
  readonly counters: Readonly<Counters>
}

export function createGateway(options: GatewayOptions): Gateway {
  const { spool, log, clock = systemClock, timers = systemTimers } = options
  const counters = newCounters()
  const limits = { ...defaultLimits, ...options.limits }
  const draining = new AbortController()
  const ended = new AbortController()
  // Each socket listens; that is no leak, and node would warn of the eleventh.
  setMaxListeners(0, ended.signal)
  const rowBudgets = new RowBudgets({ controlPlane: options.controlPlane, timers, log })
  const house: House = {
    ...options,
    clock,
    timers,
    counters,
    principalPlaces: new PrincipalPlaces(limits.sessionsPerPrincipal),
    limits,
    memo: options.memo ?? new VerdictMemo(),
    rowBudgets,
    cancels: new CancelRegistry(),
    handshakeRoom: new HandshakeRoom(limits, counters),
    loginRefusals: new LoginRefusals({ spool, log, clock, counters }),
    draining: draining.signal,
    ended: ended.signal,
  }
  const serving = new Set<Promise<void>>()
  const protocols = new Set<Protocol>()
  return {
    counters,
    serve(socket) {
      protocols.add(socket.listener.protocol)
      const served = serve(house, socket).finally(() => serving.delete(served))
      serving.add(served)
      return served
    },
    async drain(withinMillis) {
      const drained = () => new SessionError('ERR_SESSION_DRAINED', 'the agent is shutting down')
      draining.abort(drained())
      const takeBack = timers.after(withinMillis, () => ended.abort(drained()))
      await Promise.all(serving)
      takeBack()
      await rowBudgets.giveBack()
      for (const protocol of protocols) protocol.close?.()
    },
  }
}
