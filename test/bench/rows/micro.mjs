import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'

export const title = 'micro: spool, memo and statements, without network'

/** Each script prints one JSON object of figures by name. */
export async function measure(stage) {
  const read = (script) => {
    const file = join(stage.root, script)
    if (!existsSync(file)) throw new Error(`${script} is missing`)
    const result = spawnSync(process.execPath, [file], { encoding: 'utf8' })
    if (result.status !== 0) throw new Error(`${script}: ${result.stderr}`)
    return JSON.parse(result.stdout.trim().split('\n').at(-1))
  }
  const spool = read('test/bench/spool.mjs')
  const memo = read('test/bench/memo.mjs')
  const statements = read('test/bench/statements.mjs')
  return [
    {
      name: 'audit entries, durable spool, one core',
      value: spool.entriesPerSecond,
      unit: '/s',
      floor: 150_000,
      aim: 500_000,
      better: 'more',
      samples: [spool.entriesPerSecond],
    },
    {
      name: 'verdict, memo hit',
      value: memo.hitMicros,
      unit: 'µs',
      floor: 2,
      aim: 1,
      better: 'less',
      samples: [memo.hitMicros],
    },
    {
      name: 'verdict, memo miss',
      value: memo.missMicros,
      unit: 'µs',
      floor: 25,
      aim: 12,
      better: 'less',
      samples: [memo.missMicros],
    },
    {
      name: 'first sight of a short statement, 1,000 tables, CPU',
      value: statements.shortMicros,
      unit: 'µs',
      floor: 150,
      aim: 50,
      better: 'less',
      samples: [statements.shortMicros],
    },
    {
      name: 'first sight of 28 lines, 1,000 tables, CPU',
      value: statements.longMicros,
      unit: 'µs',
      floor: 1_000,
      aim: 300,
      better: 'less',
      samples: [statements.longMicros],
    },
    {
      name: 'others wait while 1 MB is judged',
      value: statements.stallMillis,
      unit: 'ms',
      floor: 50,
      aim: 20,
      better: 'less',
      samples: [statements.stallMillis],
    },
  ]
}
