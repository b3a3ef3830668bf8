import { freePort, leash } from '@wardgate/gateway/testing'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Cluster, type ClusterOptions, startCluster } from '../cluster'

/**
 * A server with a folder, a port and a password of its own, which forgets all when the machine does. `remove` leaves
 * nothing of it, and it ends with the process that started it, also when that is killed.
 */
export async function startTestCluster({
  settings,
  ...options
}: Partial<Omit<ClusterOptions, 'directory'>> = {}): Promise<Cluster> {
  const folder = mkdtempSync(join(tmpdir(), 'wardgate-cluster-'))
  let release = (): void => undefined
  const cluster = await startCluster({
    directory: join(folder, 'data'),
    port: await freePort(),
    password: 'only-for-this-test',
    settings: { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', ...settings },
    launched(pid) {
      release()
      release = leash(pid)
    },
    ...options,
  })
  void cluster.exited.then(() => release())
  return {
    ...cluster,
    async remove() {
      await cluster.remove()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
