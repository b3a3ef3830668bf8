import type {
  ControlPlane,
  ControlSession,
  HourlyRows,
  OpenRequest,
  RowLease,
  SessionGrant,
} from '@wardgate/gateway'

/** The control plane, telling of every session that it opens. */
export class WatchedControlPlane implements ControlPlane {
  readonly #controlPlane: ControlPlane
  readonly #opened: (grant: SessionGrant) => void

  constructor(controlPlane: ControlPlane, opened: (grant: SessionGrant) => void) {
    this.#controlPlane = controlPlane
    this.#opened = opened
  }

  async open(request: OpenRequest, signal: AbortSignal): Promise<ControlSession> {
    const session = await this.#controlPlane.open(request, signal)
    this.#opened(session.grant)
    return session
  }

  leaseRows(hourly: HourlyRows): Promise<RowLease> {
    return this.#controlPlane.leaseRows(hourly)
  }

  returnRows(hourly: HourlyRows, left: RowLease): Promise<void> {
    return this.#controlPlane.returnRows(hourly, left)
  }

  get epoch(): bigint {
    return this.#controlPlane.epoch
  }

  get memoUsable(): boolean {
    return this.#controlPlane.memoUsable
  }
}
