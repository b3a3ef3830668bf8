import { fuzz } from './testing/fuzz'

const clean = { hangs: 0, unsettled: 0, denied: 0, leaks: 0 }

it('neither crashes, hangs, leaks nor loses an outcome on mutated client streams', async () => {
  const result = await fuzz({ streams: 20_000, seed: 20_261_122, side: 'client' })
  expect(result).toEqual({ streams: 20_000, ...clean })
}, 120_000)

it('neither crashes, hangs nor loses an outcome on a hostile target', async () => {
  const result = await fuzz({ streams: 5_000, seed: 20_261_122, side: 'target' })
  expect(result).toEqual({ streams: 5_000, ...clean })
}, 120_000)
