import { median } from '../median.mjs'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export const title = 'bulk: a result of 1M rows, one column masked'
const rows = 1_000_000

export async function measure(stage) {
  const folder = mkdtempSync(join(tmpdir(), 'wardgate-bench-'))
  const script = (name, table) => {
    const file = join(folder, `${name}.sql`)
    writeFileSync(file, `SELECT id, name, secret, kind FROM ${table};\n`)
    return ['-f', file, '-c', '1', '-t', '1']
  }
  const masked = script('masked', 'masked_rows')
  const plain = script('plain', 'plain_rows')
  const ratios = []
  const perRow = []
  try {
    for (let round = 0; round < Math.max(3, stage.rounds - 2); round += 1) {
      const direct = await stage.pgbench('direct', masked)
      const agent = stage.agentPid()
      const before = stage.cpuMicros(agent)
      const governed = await stage.pgbench('wardgate', masked)
      const between = stage.cpuMicros(agent)
      await stage.pgbench('wardgate', plain)
      const after = stage.cpuMicros(agent)
      ratios.push(direct.latencyMillis / governed.latencyMillis)
      perRow.push((Math.max(0, between - before - (after - between)) * 1000) / rows)
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
  return [
    {
      name: '1M rows, one column masked, rows/s against direct',
      value: median(ratios),
      unit: '×',
      floor: 0.8,
      aim: 0.95,
      better: 'more',
      samples: ratios,
    },
    {
      name: 'masking CPU per row',
      value: median(perRow),
      unit: 'ns',
      floor: 250,
      aim: 150,
      better: 'less',
      samples: perRow,
    },
  ]
}
