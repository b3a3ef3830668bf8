import { median } from '../median.mjs'

export const title = 'connecting: a new session for one statement'

/** pgbench -C opens a connection a transaction and reports the average time to open one. */
export async function measure(stage) {
  const ratios = []
  const millis = []
  const args = ['-S', '-C', '-c', '1', '-t', stage.quick ? '100' : '300']
  await stage.pgbench('wardgate', args)
  for (let round = 0; round < stage.rounds; round += 1) {
    const direct = await stage.pgbench('direct', args)
    const wardgate = await stage.pgbench('wardgate', args)
    ratios.push(direct.connectMillis / wardgate.connectMillis)
    millis.push(wardgate.connectMillis)
  }
  return [
    {
      name: 'new session, warm pool, times faster than direct',
      value: median(ratios),
      unit: '×',
      floor: 5,
      aim: 15,
      better: 'more',
      samples: ratios,
    },
    {
      name: 'new session, warm pool',
      value: median(millis),
      unit: 'ms',
      better: 'less',
      samples: millis,
    },
  ]
}
