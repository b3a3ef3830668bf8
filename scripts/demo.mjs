// npm run demo: a real AutoGen agent goes through Wardgate, against the running standalone or one of its own.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { ensurePeers } from './peers.mjs'
import { prepare } from './prepare.mjs'
import { root } from './root.mjs'
import { endingSignals, run } from './run.mjs'

const usage = `npm run demo [-- --by-hand]

  --by-hand   you approve the DELETE in the console; otherwise the demo plays the approver`
const flags = process.argv.slice(2)
if (flags.some((flag) => flag !== '--by-hand')) {
  console.log(usage)
  process.exit(flags.includes('--help') ? 0 : 2)
}

const home = resolve(process.env.WARDGATE_HOME ?? join(root, '.wardgate'))
const descriptorFile = join(home, 'standalone.json')
const heading = (line) => console.log(`\n\x1b[1m── ${line}\x1b[0m`)
const cli = (...args) =>
  spawnSync(process.execPath, [join(root, 'apps/cli/dist/main.js'), ...args], {
    encoding: 'utf8',
    maxBuffer: 1 << 26,
    env: { ...process.env, WARDGATE_HOME: home },
  })

async function main() {
  await prepare()
  const { python } = ensurePeers(['python'])
  if (python.path === undefined) throw new Error(python.why)
  const started = !(await isUp())
  if (started && (await run(process.execPath, [join(root, 'scripts/start.mjs'), '--detach'])) !== 0)
    process.exit(1)
  // What interrupts the demo ends what it runs; what it started is stopped all the same.
  for (const signal of endingSignals) process.on(signal, () => undefined)
  try {
    await play(python.path, JSON.parse(readFileSync(descriptorFile, 'utf8')))
  } finally {
    if (started) await run(process.execPath, [join(root, 'scripts/stop.mjs')])
  }
}

/** A descriptor alone tells little: one that was killed left it behind. */
async function isUp() {
  if (!existsSync(descriptorFile)) return false
  const { controlPlane } = JSON.parse(readFileSync(descriptorFile, 'utf8'))
  return fetch(`${controlPlane.url}/health/live`).then(
    ({ ok }) => ok,
    () => false,
  )
}

async function play(python, descriptor) {
  heading('AutoGen talks to PostgreSQL through the Wardgate agent')
  const since = new Date().toISOString()
  const listener = descriptor.agents[0].listeners.postgres
  // A payment that is still there, so that the demo can be run again and again.
  const orderId = firstPayment(descriptor)
  const approving = new AbortController()
  const approver = flags.includes('--by-hand')
    ? announce(descriptor, since, approving.signal)
    : approve(descriptor, since, approving.signal)
  const code = await run(python, [join(root, 'examples/autogen/demo.py'), String(orderId)], {
    env: {
      ...process.env,
      WARDGATE_HOST: listener.host,
      WARDGATE_PORT: String(listener.port),
      WARDGATE_TOKEN_COMMAND: JSON.stringify(descriptor.tokens.aiAgent),
    },
  })
  approving.abort()
  await approver
  if (code !== 0) throw new Error('the AutoGen script failed')
  await replay(since)
  verify()
}

function firstPayment(descriptor) {
  const { host, port } = descriptor.agents[0].listeners.postgres
  const answer = cli(
    'sql',
    descriptor.sample.connection,
    'SELECT min(order_id) AS id FROM payments',
    '--host',
    host,
    '--port',
    String(port),
    '--identity',
    'ai-agent',
    '--json',
  )
  if (answer.status !== 0) throw new Error(answer.stderr)
  return Number(JSON.parse(answer.stdout).results[0].rows[0][0])
}

function freshToken(argv) {
  const answer = spawnSync(argv[0], argv.slice(1), { encoding: 'utf8' })
  if (answer.status !== 0) throw new Error(answer.stderr)
  return answer.stdout.trim()
}

/** The demo's own request: whatever else waits for a person is not the demo's to decide. */
async function pending(descriptor, token, since) {
  const response = await fetch(
    `${descriptor.controlPlane.url}/v1/approval-requests?state=pending`,
    {
      headers: { authorization: `Bearer ${token}` },
    },
  )
  if (!response.ok) throw new Error(await response.text())
  const { items } = await response.json()
  return items.filter(
    ({ createdAt, text }) =>
      createdAt >= since && text.includes('FROM payments WHERE order_id = $1'),
  )
}

/** Plays Bob: reads the request as the page shows it and votes for exactly what was shown. */
async function approve(descriptor, since, signal) {
  const token = freshToken(descriptor.tokens.approver)
  while (!signal.aborted) {
    for (const { id } of await pending(descriptor, token, since)) {
      const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
      const request = await (
        await fetch(`${descriptor.controlPlane.url}/v1/approval-requests/${id}`, { headers })
      ).json()
      console.log(`\n  Bob sees on ${descriptor.console.url}/approvals/${id}`)
      console.log(
        `    ${request.text}\n    parameters ${JSON.stringify(request.parameters)}, asked by ${request.requester}, risk ${request.risk.score}`,
      )
      const response = await fetch(
        `${descriptor.controlPlane.url}/v1/approval-requests/${id}/approve`,
        {
          method: 'POST',
          headers,
          body: JSON.stringify({
            digest: request.digest,
            reason: 'refund confirmed by the customer',
          }),
        },
      )
      console.log(
        response.ok ? '  Bob approves\n' : `  Bob cannot approve: ${await response.text()}`,
      )
    }
    await delay(250)
  }
}

async function announce(descriptor, since, signal) {
  const token = freshToken(descriptor.tokens.approver)
  const seen = new Set()
  while (!signal.aborted) {
    for (const { id } of await pending(descriptor, token, since)) {
      if (!seen.has(id))
        console.log(`\n  Approve as Bob: ${descriptor.console.url}/approvals/${id}`)
      seen.add(id)
    }
    await delay(500)
  }
}

async function replay(since) {
  heading('The session replays as the client saw it')
  const list = cli('--identity', 'auditor', 'sessions', 'list', '--json')
  if (list.status !== 0) throw new Error(list.stderr)
  const sessions = JSON.parse(list.stdout).items.filter(({ startedAt }) => startedAt >= since)
  for (const { id } of sessions.reverse()) {
    const shown = cli('--identity', 'auditor', 'sessions', 'replay', id, '--speed', '0')
    if (shown.status !== 0) throw new Error(shown.stderr)
    console.log(shown.stdout)
  }
}

function verify() {
  const folder = mkdtempSync(join(tmpdir(), 'wardgate-demo-'))
  try {
    heading('The evidence verifies offline')
    const bundle = join(folder, 'evidence.json')
    const exported = cli('--identity', 'auditor', 'audit', 'export', '--out', bundle)
    if (exported.status !== 0) throw new Error(exported.stderr)
    const good = cli('audit', 'verify', bundle)
    console.log(good.stdout)
    if (good.status !== 0) throw new Error('the evidence does not verify')
    heading('… and no longer does after one byte was edited')
    const text = readFileSync(bundle, 'utf8')
    const at = text.indexOf('DELETE')
    writeFileSync(bundle, `${text.slice(0, at)}d${text.slice(at + 1)}`)
    const bad = cli('audit', 'verify', bundle)
    console.log(bad.stdout + bad.stderr)
    if (bad.status === 0) throw new Error('an edited log verified')
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

await main().catch((error) => {
  console.error(`demo: ${error.message}`)
  process.exit(1)
})
