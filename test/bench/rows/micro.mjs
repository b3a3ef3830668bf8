import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'

export const title = 'micro: spool and memo, without network'

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
  ]
}
