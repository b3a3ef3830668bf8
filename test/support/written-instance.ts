import { connectDirectly } from './governed-client'
import type { Instance } from './instance'
import { provisionTests } from './provision-tests'

/**
 * Declares for a spec file that the instance is new, with a table for rows that are told apart by a mark. The signal
 * aborts at the end, whatever the tests made of it: a writer that goes on would keep the run from ending.
 */
export function useWrittenInstance(instance: Instance): AbortController {
  const stop = new AbortController()
  beforeAll(async () => {
    await instance.remove()
    await instance.start()
    await provisionTests(instance)
    const direct = await connectDirectly(instance)
    await direct.query('CREATE TABLE chaos_rows (mark text)')
    await direct.end()
  })
  afterAll(async () => {
    stop.abort()
    await instance.remove()
  })
  return stop
}
