import { onEndingSignal } from '../ending-signals'
import { endLeftovers } from './end-leftovers'
import { guardName, Ledger, runnerName } from './ledger'

/**
 * Outlives the runner by what it takes to end everything that a killed one left. The runner holds the other end of its standard
 * input and never writes: the system closes it, however the runner ends, and not before all that it was about to start has begun,
 * which holds that end too until then.
 */
const [home = ''] = process.argv.slice(2)
// Ctrl-C is for the runner; a guard that went first would be of no use.
onEndingSignal(() => undefined)
process.stdin.resume().once('end', () => {
  const ledger = new Ledger(home)
  const others = ledger.leftovers().filter(({ name }) => name !== guardName && name !== runnerName)
  endLeftovers(home, others).then(
    () => process.exit(0),
    (error: unknown) => {
      console.error(error)
      process.exit(1)
    },
  )
})
