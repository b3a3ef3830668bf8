import { Session } from './session.mjs'
import { converse, directOpener } from './attempt.mjs'
import { cellsOf } from './cells.mjs'
import { makeTemplate } from './slots.mjs'
import { readMessages } from './wire.mjs'
import { startServer } from './server.mjs'
import { openStage } from './stage.mjs'

/** Every masked value of the benign schema begins so: a cell may differ from direct only where it stands. */
const planted = 'PLANTED'

/** Reading is allowed and four columns are masked, as for a client that does its work. */
const policy = `name: benign
appliesTo: { connections: [benign] }
rules:
  - { id: read, effect: allow, match: { actions: [read, copy] } }
  - { id: slug, effect: allow, match: { actions: [execute], resources: ["function:public.app_slug"] } }
  - { id: masked, mask: { columns: [customer.c_taxid, app_user.email, app_user.password], with: redact } }
`

function sameCell(own, direct) {
  if (own === null || direct === null) return own === direct
  return own.equals(direct) || direct.includes(planted)
}

function sameRow(own, direct) {
  if (own.type === 'd') return own.body.equals(direct.body) || direct.body.includes(planted)
  const [left, right] = [cellsOf(own.body), cellsOf(direct.body)]
  return left.length === right.length && left.every((cell, at) => sameCell(cell, right[at]))
}

const compared = new Set(['T', 'D', 'd', 'C', 'H', 'I', 'n'])

/** What differs between two conversations beside masked cells; undefined when nothing does. */
function difference(own, direct) {
  if (own.received.includes(planted)) return 'a masked value was shown'
  const relevant = ({ received }) =>
    readMessages(received).messages.filter(({ type }) => compared.has(type))
  const [left, right] = [relevant(own), relevant(direct)]
  const [error] = own.errors
  if (own.errors.length !== direct.errors.length) return error?.M ?? 'an error was lost'
  if (left.length !== right.length) return `${left.length} messages instead of ${right.length}`
  const at = left.findIndex((message, position) => {
    const other = right[position]
    if (message.type !== other.type) return true
    const isRow = message.type === 'D' || message.type === 'd'
    return isRow ? !sameRow(message, other) : !message.body.equals(other.body)
  })
  return at < 0 ? undefined : `message ${at} (${left[at].type}) differs`
}

/** Runs every statement on the bare target and through Wardgate, by both protocols, and compares the answers. */
export async function runBenign({ rows, schema, initdb, home }) {
  const server = await startServer(initdb)
  let stage
  try {
    const { missing } = await makeTemplate(server, schema)
    if (missing.length > 0) throw new Error(`schema: ${missing.join('; ')}`)
    stage = await openStage({
      home,
      targetPort: server.port,
      connections: { benign: 'reader' },
      policy,
    })
    const target = { user: 'benign', database: 'seeded' }
    const open = () => Session.open(stage.agent, { ...target, token: stage.token('aiAgent') })
    const direct = directOpener(server.port, { user: 'reader', database: 'seeded' })
    await stage.eventually(
      () => converse(open, 'SELECT 1 FROM nation', 'simple'),
      ({ errors }) => errors.length === 0,
      60_000,
    )
    const started = Date.now()
    const results = []
    for (const { id, payload } of rows)
      for (const protocol of ['simple', 'extended']) {
        const [own, other] = await Promise.all(
          [open, direct].map((opener) => converse(opener, payload, protocol)),
        )
        const why = difference(own, other)
        results.push({ id, payload, protocol, pass: why === undefined, why })
      }
    return { results, millis: Date.now() - started }
  } finally {
    await stage?.close()
    await server.stop()
  }
}

/** A line a tool, and every statement that did not pass unchanged. */
export function printBenign({ results, millis }) {
  const tools = new Map()
  for (const { id, pass } of results) {
    const tool = id.split('-')[0]
    const count = tools.get(tool) ?? { statements: 0, failed: 0 }
    count.statements += 1
    if (!pass) count.failed += 1
    tools.set(tool, count)
  }
  for (const { id, protocol, pass, why, payload } of results)
    if (!pass) console.log(`${id} ${protocol}: ${why}\n    ${payload.slice(0, 200)}`)
  for (const [tool, { statements, failed }] of tools)
    console.log(
      `${tool.padEnd(12)} ${statements / 2} statements, ${failed} of ${statements} runs not as direct`,
    )
  const failed = results.filter(({ pass }) => !pass).length
  console.log(
    `${results.length} runs of ${results.length / 2} statements: ${failed} not as direct, ${Math.round(millis / results.length)} ms each`,
  )
}
