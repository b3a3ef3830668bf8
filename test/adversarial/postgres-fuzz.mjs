/**
 * Mutated streams against the PostgreSQL engine, from both sides, for nightly runs:
 *   node test/adversarial/postgres-fuzz.mjs --streams 1000000 --seed 1
 * A tenth as many streams come from a hostile target. Ends with 1 when something was found.
 */
import { createRequire } from 'node:module'
import { parseArgs } from 'node:util'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

const require = createRequire(import.meta.url)
const { fuzz } = require('../../packages/protocol-postgres/dist/testing/index.js')
const ROUND = 20_000
/** What may stay behind after a run, whatever its length. */
const MAX_GROWTH_BYTES = 32 * 1024 * 1024
const MAX_PEAK_BYTES = 512 * 1024 * 1024

const { values } = parseArgs({
  options: {
    streams: { type: 'string', default: '1000000' },
    seed: { type: 'string', default: String(Date.now() % 2 ** 32) },
  },
})
const streams = Number(values.streams)
const seed = Number(values.seed)
if (!Number.isSafeInteger(streams) || streams < 1 || !Number.isSafeInteger(seed)) {
  console.error('--streams and --seed take whole numbers')
  process.exit(2)
}

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc')

function heldBytes() {
  collect()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}

let peak = 0
function watchPeak() {
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  peak = Math.max(peak, heapUsed + arrayBuffers)
}
setInterval(watchPeak, 20).unref()

const megabytes = (bytes) => `${(bytes / 1024 / 1024).toFixed(1)} MiB`
const total = { hangs: 0, unsettled: 0, denied: 0, leaks: 0 }

async function round(side, count, roundSeed) {
  const found = await fuzz({ streams: count, seed: roundSeed, side })
  watchPeak()
  for (const name of Object.keys(total)) total[name] += found[name]
}

// What is made once and stays is no growth.
await round('client', Math.min(ROUND, streams), seed)
await round('target', Math.ceil(Math.min(ROUND, streams) / 10), seed)
const before = heldBytes()
const started = performance.now()
for (let done = 0, turn = 1; done < streams; turn += 1) {
  const count = Math.min(ROUND, streams - done)
  await round('client', count, seed + turn)
  await round('target', Math.ceil(count / 10), seed + turn)
  done += count
  const seconds = (performance.now() - started) / 1_000
  const findings = Object.entries(total).map(([name, value]) => `${name} ${value}`)
  console.log(
    `${done}/${streams} client streams, ${seconds.toFixed(0)} s, peak ${megabytes(peak)}, ${findings.join(', ')}`,
  )
}
const growth = heldBytes() - before
const millis = (performance.now() - started) / (streams * 1.1)
const findings = Object.values(total).reduce((sum, value) => sum + value, 0)
const isBounded = growth <= MAX_GROWTH_BYTES && peak <= MAX_PEAK_BYTES
console.log(
  `seed ${seed}: ${millis.toFixed(3)} ms a stream, peak ${megabytes(peak)}, left behind ${megabytes(growth)}, ${findings} findings`,
)
process.exit(findings === 0 && isBounded ? 0 : 1)
