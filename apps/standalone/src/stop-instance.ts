import { homeFolder } from './home'
import { endLeftovers, hasEnded, runnerLimitMillis, send } from './processes/end-leftovers'
import { Ledger, runnerName } from './processes/ledger'

export type Stopped = 'nothing ran' | 'stopped' | { readonly stillRuns: number }

/** Ends the standalone of a home, and what is left of one that was killed. */
export async function stopInstance(namedHome: string | undefined): Promise<Stopped> {
  const ledger = new Ledger(homeFolder(namedHome))
  const found = ledger.leftovers()
  if (found.length === 0) return 'nothing ran'
  const runner = found.find(({ name }) => name === runnerName)
  if (runner !== undefined) {
    send(runner, 'SIGTERM')
    if (!(await hasEnded(runner, runnerLimitMillis))) return { stillRuns: runner.pid }
  }
  await endLeftovers(ledger.leftovers())
  return 'stopped'
}
