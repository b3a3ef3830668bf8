// Attacks over HTTP and MCP, through two real processes, at nginx and at a target that answers as the attack has it.
import { evidenceProblems } from '../corpus/evidence.mjs'
import { openStage } from '../corpus/stage.mjs'
import { startAnswering } from './answering.mjs'
import { converse, converseFrames } from './converse.mjs'
import { outcomeOf, violationsOf } from './judge.mjs'
import { startNginx } from './nginx.mjs'
import { answerRows } from './rows/answers.mjs'
import { bodyRows } from './rows/bodies.mjs'
import { eventRows } from './rows/events.mjs'
import { frameRows } from './rows/frames.mjs'
import { framingRows } from './rows/framing.mjs'
import { mcpRows } from './rows/mcp.mjs'
import { requestRows } from './rows/requests.mjs'

const workers = 8
const policy = `name: corpus-http
appliesTo: { connections: ["http-corpus-*"] }
rules:
  - { id: read, effect: allow, match: { actions: [read], resources: ["path:/r/*", "path:/a/*"] } }
  - { id: write, effect: allow, match: { actions: [write], resources: ["path:/w/*"] } }
  - { id: call, effect: allow, match: { actions: [call], resources: ["tool:tool*", "tool:query"] } }
  - { id: personal, mask: { paths: [ssn], detectors: [email], with: redact } }
`
const mcp = { profile: 'mcp', arguments: [{ tool: 'query', argument: 'sql', as: 'sql' }] }

/** Each row once for every target that it can be sent to, under a name that says which. */
function runsOf() {
  const at = (rows, connection) => rows.map((row) => ({ ...row, connection }))
  const requests = [...requestRows, ...bodyRows, ...framingRows, ...frameRows]
  const runs = [
    ...at(requests, 'http-corpus-h1'),
    ...at(requests, 'http-corpus-h2'),
    ...at([...answerRows, ...eventRows], 'http-corpus-answers'),
    ...at(mcpRows, 'http-corpus-mcp'),
  ]
  return runs.map((row, number) => ({ ...row, name: `${row.id}-${number}` }))
}

export async function runHttpCorpus({ nginx: binary, home, areas }) {
  const runs = runsOf().filter(({ id }) => areas === undefined || areas.includes(id.split('-')[0]))
  const from = new Date().toISOString()
  const answers = new Map(runs.map(({ name, answer, result }) => [name, answer ?? result]))
  const control = controlOf(runs)
  if (control !== undefined) answers.set(control.name, control.result)
  const nginx = await startNginx(binary)
  const answering = await startAnswering(answers)
  let stage
  try {
    stage = await openStage({ home, connections: {}, policy })
    await register(stage, nginx, answering)
    const context = { address: stage.httpAgent, token: stage.token('aiAgent') }
    if (control !== undefined) await untilAnswered(stage, control, context)
    const conversations = new Array(runs.length)
    const queue = runs.map((row, at) => ({ row, at }))
    const work = async () => {
      for (let next = queue.shift(); next !== undefined; next = queue.shift())
        conversations[next.at] = await run(next.row, context)
    }
    const started = Date.now()
    await Promise.all(Array.from({ length: workers }, work))
    const millis = Date.now() - started
    const all = [...(await settled(nginx, context)), ...answering.seen()]
    const results = runs.map((row, at) => judged(row, conversations[at], all, context.token))
    return { results, evidence: await evidenceProblems(stage, from), millis }
  } finally {
    await stage?.close()
    await answering.stop()
    await nginx.stop()
  }
}

/** What is let through, once more and under a name of its own. */
function controlOf(runs) {
  const row = runs.find(({ id }) => id === 'MCP-000')
  return row === undefined ? undefined : { ...row, name: 'control' }
}

/** Connections are served from their first news on; the rules of this corpus reach the agent when they do. */
async function untilAnswered(stage, control, context) {
  const isShown = async () => (await run(control, context)).text.includes(control.shows)
  if (!(await stage.eventually(isShown, (shown) => shown)))
    throw new Error(`${control.id} is not let through`)
}

async function register(stage, nginx, answering) {
  const key = { kind: 'api-key', in: 'header', name: 'x-api-key', value: 'target-secret' }
  const none = { kind: 'none', username: 'nobody' }
  const plain = { mode: 'disable' }
  const tls = { mode: 'verify-full', ca: nginx.authority, serverName: 'localhost' }
  await stage.registerHttp({
    name: 'http-corpus-h1',
    port: nginx.port,
    tls: plain,
    credential: key,
  })
  await stage.registerHttp({ name: 'http-corpus-h2', port: nginx.tlsPort, tls, credential: key })
  const { port } = answering
  await stage.registerHttp({ name: 'http-corpus-answers', port, tls: plain, credential: none })
  await stage.registerHttp({
    name: 'http-corpus-mcp',
    port,
    tls: plain,
    credential: none,
    settings: mcp,
  })
}

async function run(row, { address, token }) {
  const filled = (text) =>
    text
      .replaceAll('{c}', `/${row.connection}`)
      .replaceAll('{id}', row.name)
      .replaceAll('{bearer}', `Bearer ${token}`)
      .replaceAll('{auth}', `authorization: Bearer ${token}\r\n`)
      .replaceAll('{proxy}', `proxy-authorization: Bearer ${token}\r\n`)
  if (row.h2 !== undefined) {
    const fields = row.h2.map(([name, value]) => [name, filled(value)])
    const answer = await converseFrames(address, fields)
    return { ...answer, text: answer.bytes.toString('latin1'), sent: JSON.stringify(fields) }
  }
  const sent = filled(row.send ?? requestOf(row))
  const { bytes, isOver } = await converse(address, Buffer.from(sent, 'latin1'))
  const text = bytes.toString('latin1')
  const status = /^HTTP\/1\.1 (\d+)/.exec(text)?.[1]
  return { text, sent, isOver, status: status === undefined ? undefined : Number(status) }
}

function requestOf({ ask, name, method = 'GET', headers = [], origin, session }) {
  if (ask === undefined) {
    const lines = [`${method} {c}/a/{id} HTTP/1.1`, 'host: gate', 'connection: close', ...headers]
    return `${lines.join('\r\n')}\r\n{auth}\r\n`
  }
  const message = (asked) => ({ jsonrpc: '2.0', id: name, ...asked })
  const body = Buffer.from(JSON.stringify(Array.isArray(ask) ? ask.map(message) : message(ask)))
  const lines = [
    'POST {c}/mcp HTTP/1.1',
    'host: gate',
    'connection: close',
    'content-type: application/json',
    'accept: application/json, text/event-stream',
    `content-length: ${body.length}`,
    ...(origin === undefined ? [] : [`origin: ${origin}`]),
    ...(session === undefined ? [] : [`mcp-session-id: ${session}`]),
  ]
  return `${lines.join('\r\n')}\r\n{auth}\r\n${body.toString('latin1')}`
}

/** What nginx has seen once it has seen the last thing that it is sent: hidden requests come before that. */
async function settled(nginx, { address, token }) {
  for (const connection of ['http-corpus-h1', 'http-corpus-h2']) {
    const name = `last-${connection}`
    const row = {
      connection,
      name,
      send: `GET {c}/r/{id} HTTP/1.1\r\nhost: gate\r\nconnection: close\r\n{auth}\r\n`,
    }
    const { status, text } = await run(row, { address, token })
    if (status !== 200) throw new Error(`${connection}: ${text}`)
  }
  return nginx.seen()
}

function judged(row, conversation, all, token) {
  const seen = all.filter(
    (line) => line.includes(row.name) && !line.includes(`/smuggled/${row.name}`),
  )
  const outcome = outcomeOf(row, conversation, seen)
  const violations = violationsOf(row, conversation, { seen, all, token })
  const pass = violations.length === 0 && row.expect.split('|').includes(outcome)
  const { id, technique, connection, expect } = row
  return { id, technique, connection, expected: expect, outcome, violations, pass }
}
