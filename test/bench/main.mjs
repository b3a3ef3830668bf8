import { openStage } from './stage.mjs'
import { printTable } from './table.mjs'
import * as throughput from './rows/throughput.mjs'
import * as latency from './rows/latency.mjs'
import * as bulk from './rows/bulk.mjs'
import * as connecting from './rows/connecting.mjs'
import * as idle from './rows/idle.mjs'
import * as http from './rows/http.mjs'
import * as micro from './rows/micro.mjs'
import * as ssh from './rows/ssh.mjs'

/** Each measures several figures together and returns them: {name, value, unit, floor, aim, better, samples}. */
// Memory first: what other rows leave to the collector would hide what a session takes.
const rows = [idle, throughput, latency, bulk, connecting, http, ssh, micro]

export async function bench({ peers, quick, only }) {
  const wanted = rows.filter(({ title }) => only === undefined || title.includes(only))
  if (wanted.length === 0) throw new Error(`no row's title includes ${only}`)
  console.log('preparing: a standalone, a database of scale 10, pgbouncer')
  const stage = await openStage(peers, quick)
  const figures = []
  try {
    for (const row of wanted) {
      console.log(`measuring: ${row.title}`)
      figures.push(...(await row.measure(stage)))
    }
  } finally {
    await stage.close()
  }
  const result = {
    date: new Date().toISOString(),
    node: process.version,
    cores: stage.cores,
    quick,
    figures,
  }
  printTable(result)
  return result
}
