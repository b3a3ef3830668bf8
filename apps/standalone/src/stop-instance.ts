import { homeFolder } from './home'
import { endLeftovers, hasEnded, runnerLimitMillis, send } from './processes/end-leftovers'
import { Ledger, runnerName } from './processes/ledger'

export type Stopped = 'nothing ran' | 'stopped' | { readonly stillRuns: number }

/** Ends the standalone of a home, and what is left of one that was killed. */
export async function stopInstance(namedHome: string | undefined): Promise<Stopped> {
  const home = homeFolder(namedHome)
  const ledger = new Ledger(home)
  const runner = ledger.leftovers().find(({ name }) => name === runnerName)
  if (runner !== undefined) {
    send(runner, 'SIGTERM')
    if (!(await hasEnded(runner, runnerLimitMillis))) return { stillRuns: runner.pid }
  }
  const wasLeft = await endLeftovers(home, ledger.leftovers())
  return wasLeft || runner !== undefined ? 'stopped' : 'nothing ran'
}
