import type { SessionGrant } from '@wardgate/gateway'
import type { Cluster } from '@wardgate/embedded-postgres'
import { startTestCluster } from '@wardgate/embedded-postgres/testing'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from 'pg'
import type { Issued } from './authority'

/** A real PostgreSQL 18 on TCP and a unix socket. */
export interface RealTarget {
  readonly cluster: Cluster
  readonly socketFolder: string
  /** As the superuser, past Wardgate. */
  direct(text: string): Promise<Record<string, unknown>[]>
  stop(): Promise<void>
}

export async function startRealTarget(
  settings: Readonly<Record<string, string>> = {},
): Promise<RealTarget> {
  const socketFolder = mkdtempSync(join(tmpdir(), 'wardgate-socket-'))
  chmodSync(socketFolder, 0o777)
  const cluster = await startTestCluster({
    settings: { unix_socket_directories: socketFolder, ...settings },
  })
  const client = new Client(cluster.url('postgres'))
  await client.connect()
  return {
    cluster,
    socketFolder,
    direct: async (text) => (await client.query<Record<string, unknown>>(text)).rows,
    async stop() {
      await client.end()
      await cluster.remove()
      rmSync(socketFolder, { recursive: true, force: true })
    },
  }
}

/** The server writes its own files, so that they belong to the user that it runs as. */
export async function serveTls(
  { direct }: RealTarget,
  { key, cert }: Issued,
  ca: string,
  hba: readonly string[],
): Promise<void> {
  const [row] = await direct(`SELECT current_setting('data_directory') AS data`)
  const data = String(row?.['data'])
  const write = (name: string, text: string) =>
    direct(
      `COPY (SELECT unnest(string_to_array($text$${text.trim()}$text$, E'\\n'))) TO '${data}/${name}'`,
    )
  await write('server.key', key)
  chmodSync(join(data, 'server.key'), 0o600)
  await write('server.crt', cert)
  await write('root.crt', ca)
  await write('pg_hba.conf', hba.join('\n'))
  await direct(`ALTER SYSTEM SET ssl_ca_file = 'root.crt'`)
  await direct('ALTER SYSTEM SET ssl = on')
  await direct('SELECT pg_reload_conf()')
}

/** How a session reaches a target that trusts everybody, as its superuser. */
export function trustedGrant({
  cluster,
}: RealTarget): Pick<SessionGrant, 'endpoints' | 'credential'> {
  return {
    endpoints: [{ host: cluster.host, port: cluster.port }],
    credential: { kind: 'none', user: 'postgres' },
  }
}

/** Lets everybody in from this machine without a password, for clients that speak no SCRAM. */
export async function trustEverybody({ direct }: RealTarget): Promise<void> {
  const [row] = await direct(`SELECT current_setting('hba_file') AS file`)
  await direct(
    `COPY (SELECT 'host ' || unnest(ARRAY['all', 'replication']) || ' all 127.0.0.1/32 trust') TO '${String(row?.['file'])}'`,
  )
  await direct('SELECT pg_reload_conf()')
}
