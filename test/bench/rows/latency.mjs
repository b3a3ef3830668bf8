import { median } from '../median.mjs'
import pg from 'pg'

export const title = 'latency: one client, memo hit'

/** Time of one statement after another on one connection, by the client's clock. */
async function sample(environment, statements) {
  const client = new pg.Client({
    host: environment.PGHOST,
    port: Number(environment.PGPORT),
    user: environment.PGUSER,
    password: environment.PGPASSWORD,
    database: 'bench',
  })
  await client.connect()
  const micros = []
  for (let number = 0; number < statements; number += 1) {
    const started = process.hrtime.bigint()
    await client.query(`SELECT abalance FROM pgbench_accounts WHERE aid = ${1 + (number % 1000)}`)
    micros.push(Number(process.hrtime.bigint() - started) / 1000)
  }
  await client.end()
  return median(micros.slice(statements >> 2))
}

export async function measure(stage) {
  const added = []
  for (let round = 0; round < stage.rounds; round += 1) {
    const direct = await sample(stage.paths.direct(), 2000)
    const wardgate = await sample(stage.paths.wardgate(), 2000)
    added.push(wardgate - direct)
  }
  return [
    {
      name: 'added latency, one client, p50',
      value: median(added),
      unit: 'µs',
      floor: 60,
      aim: 35,
      better: 'less',
      samples: added,
    },
  ]
}
