import type { FakeClient } from '../fake-client'
import { RealGateway } from './gateway'
import { type RealTarget, startRealTarget, trustEverybody, trustedGrant } from './target'

export interface RealRelay {
  readonly target: RealTarget
  readonly gateway: RealGateway
  /** A client that is in. */
  open(): Promise<FakeClient>
}

/** Declares a target that trusts everybody for a spec file, and for each case a gateway before it. */
export function useRealRelay(prepare: RealGateway['prepare'], schema?: string): RealRelay {
  let target: RealTarget
  let gateway: RealGateway
  beforeAll(async () => {
    target = await startRealTarget()
    await trustEverybody(target)
    if (schema !== undefined) await target.direct(schema)
  }, 60_000)
  afterAll(() => target.stop())
  beforeEach(async () => {
    gateway = await RealGateway.start({ grant: trustedGrant(target) })
    gateway.prepare = prepare
  })
  afterEach(() => gateway.stop())
  return {
    get target() {
      return target
    },
    get gateway() {
      return gateway
    },
    open: () => gateway.client({ database: 'postgres' }),
  }
}
