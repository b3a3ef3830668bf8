import { parseEnv, Secret } from '.'
import { mayReadMetrics, metricsToken } from './metrics-token'
import { z } from 'zod'

const token = new Secret('0123456789abcdef')

describe('who may read metrics', () => {
  it.each([
    ['anybody on the machine, without a token', undefined, true, undefined, true],
    ['nobody beyond it, without a token', undefined, false, undefined, false],
    ['nobody beyond it, whatever is sent', undefined, false, 'Bearer ', false],
    ['on the machine too, only who holds it', token, true, undefined, false],
    ['who holds it', token, false, 'Bearer 0123456789abcdef', true],
    ['not who holds another', token, false, 'Bearer 0123456789abcdeg', false],
    ['not who sends a part', token, false, 'Bearer 0123456789abcde', false],
    ['not who sends it otherwise', token, false, 'Basic 0123456789abcdef', false],
  ])('%s', (_who, known, stays, authorization, may) => {
    expect(mayReadMetrics({ token: known, stays }, authorization)).toBe(may)
  })

  it('a short token is refused at the start, unprinted', () => {
    const schema = z.object({ WARDGATE_METRICS_TOKEN: metricsToken })
    const read = () => parseEnv(schema, { WARDGATE_METRICS_TOKEN: 'hunter2' })
    expect(read).toThrow('WARDGATE_METRICS_TOKEN')
    expect(read).not.toThrow('hunter2')
  })
})
