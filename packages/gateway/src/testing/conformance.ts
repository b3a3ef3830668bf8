import { answers } from './conformance/answers'
import type { Case, Cases } from './conformance/case'
import { holds } from './conformance/holds'
import { outages } from './conformance/outages'
import type { ConformanceHarness } from './conformance-harness'
import { ConformanceStage } from './conformance-stage'

export interface ConformanceOptions {
  readonly name: string
  readonly harness: ConformanceHarness
  /** Cases that cannot apply to the protocol, each with the reason. */
  readonly skip?: readonly { readonly reason: string; readonly cases: readonly string[] }[]
}

const cases: Cases = { ...answers, ...holds, ...outages }

/** What every protocol has to do. Call it in a spec file; it declares the cases. */
export function runProtocolConformance({ name, harness, skip = [] }: ConformanceOptions): void {
  describe(`${name} conforms:`, () => {
    for (const [title, run] of Object.entries(cases)) {
      const reason = skip.find(({ cases: titles }) => titles.includes(title))?.reason
      if (reason !== undefined) it.skip(`${title} (${reason})`, () => undefined)
      else it(title, () => perform(run, harness))
    }
    it('skips only cases that exist', () => {
      for (const { cases: titles } of skip)
        for (const title of titles) expect(cases).toHaveProperty([title])
    })
  })
}

/** Whatever happened: every intent has one outcome, everything has ended, and no secret went to a client. */
async function perform(run: Case, harness: ConformanceHarness): Promise<void> {
  const stage = new ConformanceStage(harness)
  try {
    await run(stage, harness)
  } finally {
    const hasEnded = await stage.finish()
    expect(hasEnded).toBe(true)
  }
  const ids = (entries: readonly { readonly operationId: string }[]) =>
    entries.map(({ operationId }) => operationId).sort()
  const { spool, gateway, controlPlane, sentToClients, log } = stage
  expect(ids(spool.of('outcome'))).toEqual(ids(spool.of('intent')))
  expect(new Set(ids(spool.of('intent'))).size).toBe(spool.of('intent').length)
  expect(gateway.counters).toMatchObject({ sockets: 0, handshakes: 0, sessions: 0 })
  expect(controlPlane.closed).toHaveLength(gateway.counters.openedSessions)
  expect(spool.of('session-ended')).toHaveLength(gateway.counters.openedSessions)
  const { credential } = controlPlane.grant
  if (credential.kind === 'password')
    expect(Buffer.concat(sentToClients).includes(credential.password)).toBe(false)
  expect(log.lines.filter(({ message }) => message === 'settled twice')).toEqual([])
}
