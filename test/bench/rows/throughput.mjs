import { median } from '../median.mjs'

export const title = 'throughput: pgbench -S, simple protocol, 8 clients'

/** Rounds are interleaved, so that noise of the machine meets every path alike. */
export async function measure(stage) {
  const tps = { direct: [], pgbouncer: [], bare: [], wardgate: [] }
  const cpu = []
  const bare = []
  const controlPlane = []
  const args = ['-S', '-M', 'simple', '-c', '8', '-j', '1', '-T', String(stage.seconds)]
  // By number, not by time: a busy machine would else measure code that is not compiled yet.
  await stage.pgbench('wardgate', ['-S', '-c', '8', '-t', stage.quick ? '2500' : '10000'])
  for (let round = 0; round < stage.rounds; round += 1) {
    for (const path of Object.keys(tps)) {
      const before = stage.cpuMicros(stage.agentPid())
      const beside = stage.cpuMicros(stage.controlPlanePid())
      const bareBefore = stage.cpuMicros(stage.barePid())
      const run = await stage.pgbench(path, args)
      tps[path].push(run.tps)
      if (path === 'bare')
        bare.push((stage.cpuMicros(stage.barePid()) - bareBefore) / run.transactions)
      if (path !== 'wardgate') continue
      cpu.push((stage.cpuMicros(stage.agentPid()) - before) / run.transactions)
      controlPlane.push((stage.cpuMicros(stage.controlPlanePid()) - beside) / run.transactions)
    }
  }
  const ratio = (path) => tps.wardgate.map((value, round) => value / tps[path][round])
  return [
    {
      name: 'agent CPU per transaction',
      value: median(cpu),
      unit: 'µs',
      floor: 30,
      aim: 22,
      better: 'less',
      samples: cpu,
    },
    {
      name: 'CPU per transaction of a bare node proxy',
      value: median(bare),
      unit: 'µs',
      better: 'less',
      samples: bare,
    },
    {
      name: 'control plane CPU per transaction',
      value: median(controlPlane),
      unit: 'µs',
      better: 'less',
      samples: controlPlane,
    },
    {
      name: 'transactions/s against direct',
      value: median(ratio('direct')),
      unit: '×',
      floor: 0.45,
      aim: 0.55,
      better: 'more',
      samples: ratio('direct'),
    },
    {
      name: 'transactions/s against pgbouncer (session pool)',
      value: median(ratio('pgbouncer')),
      unit: '×',
      floor: 0.6,
      aim: 0.75,
      better: 'more',
      samples: ratio('pgbouncer'),
    },
    ...Object.entries(tps).map(([path, samples]) => ({
      name: `transactions/s, ${path}`,
      value: median(samples),
      unit: '/s',
      better: 'more',
      samples,
    })),
  ]
}
