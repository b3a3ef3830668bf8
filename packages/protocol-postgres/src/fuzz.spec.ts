import { fuzzClientStreams } from './testing/fuzz'

it('neither crashes, hangs nor loses an outcome on mutated client streams', async () => {
  const result = await fuzzClientStreams(2_000, 20_261_122)
  expect(result).toEqual({ streams: 2_000, hangs: 0, unsettled: 0 })
}, 60_000)
