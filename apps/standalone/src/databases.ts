import { clusterUrl, hasData, stopServerOf, type ClusterOptions } from '@wardgate/embedded-postgres'
import { join } from 'node:path'
import { logFolder } from './home'
import type { Secrets } from './secrets'
import type { Settings } from './settings'

/** Of the control plane, and of the sample target. */
const names = ['database', 'sample'] as const
export type DatabaseName = (typeof names)[number]

const maxConnections = { database: 200, sample: 1500 }

export function databaseOptions(
  name: DatabaseName,
  { home, ports }: Settings,
  secrets: Secrets,
): ClusterOptions {
  return {
    directory: join(home, name),
    port: ports[name],
    password: name === 'database' ? secrets.databasePassword : secrets.samplePassword,
    logFile: join(logFolder(home), `${name}.log`),
    settings: { max_connections: String(maxConnections[name]) },
  }
}

/** Of the control plane. */
export function databaseUrl(settings: Settings, secrets: Secrets): string {
  return clusterUrl(databaseOptions('database', settings, secrets), 'wardgate')
}

export function haveDatabases({ home }: Settings): boolean {
  return names.every((name) => hasData(join(home, name)))
}

/** Ends those that a killed run left, whether it wrote them down or not; whether there were any. */
export async function endDatabases(home: string): Promise<boolean> {
  const ended = await Promise.all(names.map((name) => stopServerOf(join(home, name))))
  return ended.includes(true)
}
