import { ConfigError } from '@wardgate/errors'
import { createServer } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { haveDatabases } from './databases'
import type { PortName, Settings } from './settings'

/** Programs of an earlier run in this home whose runner was killed end by themselves, and hand over what they have before. */
const leftoversMillis = 5_000
const pollMillis = 100

/** Fails with one message that names every port somebody else holds. */
export async function requireFreePorts(settings: Settings): Promise<void> {
  const hasRunBefore = haveDatabases(settings)
  const deadline = Date.now() + (hasRunBefore ? leftoversMillis : 0)
  let taken = await takenPorts(settings)
  while (taken.length > 0 && Date.now() < deadline) {
    await delay(pollMillis)
    taken = await takenPorts(settings)
  }
  if (taken.length === 0) return
  const list = taken.map((name) => `${settings.ports[name]} (${name})`).join(', ')
  const elsewhere = hasRunBefore ? 'WARDGATE_HOME=.wardgate-2 ' : ''
  throw new ConfigError('ERR_CONFIG_INVALID', `taken by another program: port ${list}`, {
    nextStep: `Stop that program, or start with another base: ${elsewhere}WARDGATE_PORT_BASE=25400 npm start`,
  })
}

async function takenPorts({ ports }: Settings): Promise<readonly PortName[]> {
  const names = Object.keys(ports) as PortName[]
  const free = await Promise.all(names.map((name) => isFree(ports[name])))
  return names.filter((_, index) => free[index] === false)
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
}
