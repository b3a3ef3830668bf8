// Audit entries a second that the agent's spool makes durable, on one thread. Prints {"entriesPerSecond": …}.
import { mkdtempSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { median } from './median.mjs'

const require = createRequire(import.meta.url)
const agent = resolve(import.meta.dirname, '../../apps/agent/dist')
const { FileSpool } = require(join(agent, 'spool/spool.js'))
const { intentEntry, outcomeEntry } = require(join(agent, 'testing/entries.js'))

const clock = { now: () => Date.now(), micros: () => performance.now() * 1000 }
const rounds = 5
const operationsARound = 100_000
/** Operations that share one write and one fdatasync, as under load. */
const operationsAGroup = 256

async function round(folder) {
  const spool = new FileSpool({ folder, clock, maxBytes: 8 * 2 ** 30 })
  const ids = Array.from(
    { length: operationsAGroup },
    (_, index) => `01930000-0000-7000-8000-${String(index).padStart(12, '0')}`,
  )
  const entries = ids.flatMap((id) => [intentEntry(id), outcomeEntry(id)])
  const started = performance.now()
  for (let done = 0; done < operationsARound; done += operationsAGroup) {
    for (const entry of entries) spool.append(entry)
    await spool.durable()
  }
  const seconds = (performance.now() - started) / 1000
  const count = Math.ceil(operationsARound / operationsAGroup) * entries.length
  await spool.close()
  return count / seconds
}

const folder = mkdtempSync(join(tmpdir(), 'wardgate-bench-'))
try {
  const samples = []
  for (let index = 0; index < rounds; index += 1)
    samples.push(await round(join(folder, String(index))))
  console.log(JSON.stringify({ entriesPerSecond: Math.round(median(samples)), samples }))
} finally {
  rmSync(folder, { recursive: true, force: true })
}
