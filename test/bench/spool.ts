/**
 * Audit entries a second that the agent's spool makes durable, on one thread. Run:
 * `node -r ./apps/agent/src/testing/run-typescript.cjs test/bench/spool.ts`
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { FileSpool } from '../../apps/agent/src/spool/spool'
import { intentEntry, outcomeEntry } from '../../apps/agent/src/testing/entries'

const clock = { now: () => Date.now(), micros: () => performance.now() * 1000 }
const rounds = 7
const operationsARound = 100_000
const operationsAGroup = 256

async function round(folder: string): Promise<number> {
  const spool = new FileSpool({ folder, clock, maxBytes: 8 * 2 ** 30 })
  const ids = Array.from({ length: operationsAGroup }, (_, index) => {
    return `01930000-0000-7000-8000-${String(index).padStart(12, '0')}`
  })
  const intents = ids.map((id) => intentEntry(id))
  const outcomes = ids.map((id) => outcomeEntry(id))
  const started = process.hrtime.bigint()
  const cpu = process.cpuUsage()
  for (let done = 0; done < operationsARound; done += operationsAGroup) {
    for (let index = 0; index < operationsAGroup; index += 1) {
      spool.append(intents[index] ?? intentEntry(''))
      spool.append(outcomes[index] ?? outcomeEntry(''))
    }
    await spool.durable()
  }
  const seconds = Number(process.hrtime.bigint() - started) / 1e9
  const used = process.cpuUsage(cpu)
  const entries = operationsARound * 2
  const micros = ((used.user + used.system) / entries).toFixed(2)
  console.log(
    `${Math.round(entries / seconds)} entries/s durable, ${micros} µs CPU an entry, ${spool.bytes} bytes`,
  )
  await spool.close()
  return entries / seconds
}

async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'wardgate-bench-'))
  try {
    const results: number[] = []
    for (let index = 0; index < rounds; index += 1) {
      results.push(await round(join(folder, String(index))))
    }
    const median = results.sort((a, b) => a - b)[Math.floor(rounds / 2)] ?? 0
    console.log(`median ${Math.round(median)} entries/s`)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

void main()
