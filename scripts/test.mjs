// npm test [-- --unit | --e2e | jest arguments]: installs what the tests need, runs them, ends with one line of counts.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ensurePeers } from './peers.mjs'
import { prepare } from './prepare.mjs'
import { root } from './root.mjs'
import { run } from './run.mjs'

const peersOfTests = [
  'psql',
  'pg_recvlogical',
  'pg_receivewal',
  'pgbench',
  'postgres',
  'postgres14',
  'python',
  'jdbc',
  'chromium',
  'nginx',
  'curl',
  'sshd',
  'rsync',
  'ssh-audit',
]
/** Several times what a project takes on two cores: past it something hangs, and a run that hangs tells nobody why. */
const limitsMillis = { unit: 15 * 60_000, e2e: 20 * 60_000 }
const args = process.argv.slice(2)
const only = ['--unit', '--e2e'].find((flag) => args.includes(flag))
const forwarded = args.filter((argument) => argument !== only)

await prepare()
const withPeers = only !== '--unit'
const peers = withPeers ? ensurePeers(peersOfTests) : {}
const missing = Object.entries(peers).filter(([, peer]) => peer.path === undefined)
for (const [name, { why }] of missing) console.log(`skipped: ${name}: ${why}`)

const reports = join(root, '.cache/test-reports')
rmSync(reports, { recursive: true, force: true })
mkdirSync(reports, { recursive: true })

async function jest(project, extra) {
  const report = join(reports, `${project}.json`)
  const code = await run(
    process.execPath,
    [
      '--disable-warning=ExperimentalWarning',
      join(root, 'node_modules/jest/bin/jest.js'),
      '--selectProjects',
      project,
      '--json',
      `--outputFile=${report}`,
      '--testLocationInResults',
      '--passWithNoTests',
      ...extra,
      ...forwarded,
    ],
    { stdio: ['ignore', 'ignore', 'inherit'], limitMillis: limitsMillis[project] },
  )
  try {
    const { numPassedTests, numFailedTests, numPendingTests, numFailedTestSuites, testResults } =
      JSON.parse(readFileSync(report, 'utf8'))
    // A suite that cannot even load has no failed test of its own.
    const broken = testResults.filter(
      (suite) => suite.status === 'failed' && suite.assertionResults.length === 0,
    ).length
    return {
      passed: numPassedTests,
      failed: numFailedTests + broken,
      skipped: numPendingTests,
      code: code || (numFailedTestSuites > 0 ? 1 : 0),
    }
  } catch {
    return { passed: 0, failed: 1, skipped: 0, code: code || 1 }
  }
}

const runs = []
if (only !== '--e2e') runs.push(await jest('unit', ['--maxWorkers=2']))
if (only !== '--unit') runs.push(await jest('e2e', ['--runInBand']))

const total = runs.reduce(
  (sum, { passed, failed, skipped }) => ({
    passed: sum.passed + passed,
    failed: sum.failed + failed,
    skipped: sum.skipped + skipped,
  }),
  { passed: 0, failed: 0, skipped: 0 },
)
const required = process.env.REQUIRE_PEERS === '1' && missing.length > 0
if (required)
  console.log(`missing peers, and REQUIRE_PEERS=1: ${missing.map(([name]) => name).join(', ')}`)
writeFileSync(join(reports, 'total.json'), JSON.stringify(total))
console.log(
  `${total.passed} passed, ${total.failed + (required ? missing.length : 0)} failed, ${total.skipped} skipped`,
)
process.exit(required || total.passed === 0 || runs.some(({ code }) => code !== 0) ? 1 : 0)
