import type { Cluster } from '@wardgate/embedded-postgres'
import { startTestCluster } from '@wardgate/embedded-postgres/testing'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from 'pg'
import { root, runProcess } from '../../support/instance'
import { describeWithPeer } from '../../support/peers'

jest.setTimeout(600_000)

/** Migrations, two replicas that start at once, and every flow that has a spec of the control plane's own. */
const specs = [
  'common/database/migrate',
  'replicas',
  'credentials/administration',
  'identity/identity',
  'policies/policies',
  'sessions/sessions',
  'ingest/ingest',
  'notifications/notifications',
  'audit/evidence',
]

interface Report {
  readonly numPassedTests: number
  readonly numFailedTests: number
  readonly numPassedTestSuites: number
}

describeWithPeer('postgres14', (binaries) => {
  let folder: string
  let cluster: Cluster

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'wardgate-postgres14-'))
    cluster = await startTestCluster({ binaries })
  })
  afterAll(async () => {
    await cluster.remove()
    rmSync(folder, { recursive: true, force: true })
  })

  const ask = async (text: string) => {
    const client = new Client({ connectionString: cluster.url('postgres') })
    await client.connect()
    const { rows } = await client.query<Record<string, string>>(text)
    await client.end()
    return rows
  }

  it('the control plane passes its own specs on PostgreSQL 14', async () => {
    expect(await ask('SHOW server_version_num')).toEqual([
      { server_version_num: expect.stringMatching(/^14\d{4}$/) },
    ])
    const report = join(folder, 'report.json')
    const pattern = `apps/control-plane/src/(${specs.join('|')})\\.spec`
    const { stderr } = await runProcess(
      process.execPath,
      [
        join(root, 'node_modules/jest/bin/jest.js'),
        '--selectProjects=unit',
        '--runInBand',
        `--testPathPatterns=${pattern}`,
        '--json',
        `--outputFile=${report}`,
      ],
      { ...process.env, WARDGATE_TEST_POSTGRES: cluster.url('postgres') },
    )
    const result = JSON.parse(readFileSync(report, 'utf8')) as Report
    if (result.numFailedTests > 0) throw new Error(stderr)
    expect(result.numPassedTestSuites).toBe(specs.length)
    // They ran here, and not on a server of their own: each leaves the databases it made.
    const [made] = await ask("SELECT count(*)::int FROM pg_database WHERE datname LIKE 'wg\\_%'")
    expect(Number(made?.['count'])).toBeGreaterThanOrEqual(specs.length)
  })
})
