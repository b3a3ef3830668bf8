import { ConfigError } from '@wardgate/errors'
import { createServer } from 'node:net'
import { haveDatabases } from './databases'
import type { PortName, Settings } from './settings'

/** Fails with one message that names every port somebody else holds. */
export async function requireFreePorts(settings: Settings): Promise<void> {
  const names = Object.keys(settings.ports) as PortName[]
  const taken = (
    await Promise.all(
      names.map(async (name) => ((await isFree(settings.ports[name])) ? undefined : name)),
    )
  ).filter((name) => name !== undefined)
  if (taken.length === 0) return
  const list = taken.map((name) => `${settings.ports[name]} (${name})`).join(', ')
  const elsewhere = haveDatabases(settings) ? 'WARDGATE_HOME=.wardgate-2 ' : ''
  throw new ConfigError('ERR_CONFIG_INVALID', `taken by another program: port ${list}`, {
    nextStep: `Stop that program, or start with another base: ${elsewhere}WARDGATE_PORT_BASE=25400 npm start`,
  })
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
}
