import { readFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'

export const title = 'idle: memory of an idle session in the agent'

function residentBytes(pid) {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) * 1024
}

/** Resident memory, so garbage that is not collected yet counts against us. */
export async function measure(stage) {
  const count = stage.quick ? 60 : 150
  const environment = stage.paths.wardgate()
  const open = async () => {
    const client = new pg.Client({
      host: environment.PGHOST,
      port: Number(environment.PGPORT),
      user: environment.PGUSER,
      password: environment.PGPASSWORD,
      database: 'bench',
    })
    client.on('error', () => undefined)
    await client.connect()
    await client.query('SELECT 1')
    return client
  }
  const warm = await Promise.all(Array.from({ length: 10 }, open))
  await delay(1000)
  const before = residentBytes(stage.agentPid())
  const clients = []
  for (let opened = 0; opened < count; opened += 10)
    clients.push(...(await Promise.all(Array.from({ length: 10 }, open))))
  await delay(1000)
  const kilobytes = (residentBytes(stage.agentPid()) - before) / count / 1024
  await Promise.all([...warm, ...clients].map((client) => client.end()))
  return [
    {
      name: 'idle session memory in the agent',
      value: kilobytes,
      unit: 'KB',
      floor: 100,
      aim: 40,
      better: 'less',
      samples: [kilobytes],
    },
  ]
}
