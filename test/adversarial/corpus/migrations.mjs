import { ask } from './attempt.mjs'
import { finalState } from './final-state.mjs'
import { answersOf, difference } from './likeness.mjs'
import { startServer } from './server.mjs'
import { Session } from './session.mjs'
import { openStage } from './stage.mjs'

/** What an admin of migrations writes: everything, code that cannot be read beforehand too, and still no masked value. */
const policy = `name: migrations
appliesTo: { connections: [migrations] }
rules:
  - { id: everything, effect: allow }
  - { id: code, effect: allow, match: { opaque: true } }
  - { id: masked, mask: { columns: ['*.email', '*.ssn', '*.password'], with: redact } }
`

/** A script's statements in their order; every session of the tool is opened when it first speaks and ends with its last word. */
async function play(rows, { open, database, protocol }) {
  const sessions = new Map()
  const lastOf = new Map(rows.map(({ session = 0 }, at) => [session, at]))
  const answers = []
  for (const [at, { session: number = 0, payload, copy }] of rows.entries()) {
    const session = sessions.get(number) ?? (await open(database))
    sessions.set(number, session)
    const from = session.received.length
    session.copyRows = copy
    const text = payload.replaceAll('{DATABASE}', database)
    const answered = await ask(session, text, { protocol, format: 0 })
    answers.push({ ...answersOf(session.received.subarray(from), database), answered })
    if (lastOf.get(number) === at) session.close()
  }
  return answers
}

/** The same script on the bare target and through Wardgate, each in an empty database of its own. */
async function runScript(rows, { server, openers, protocol, number }) {
  const admin = await server.connect('postgres')
  const ends = {}
  for (const [side, open] of Object.entries(openers)) {
    const database = `migrated_${number}_${side}`
    await admin.query(`CREATE DATABASE ${database} OWNER migrator`)
    const answers = await play(rows, { open, database, protocol })
    const client = await server.connect(database)
    const state = (await finalState(client)).map((line) => line.replaceAll(database, '{DATABASE}'))
    await client.end()
    ends[side] = { answers, state }
  }
  await admin.end()
  return ends
}

/** A known gap that has been closed fails too, so that the list of them stays true. */
function isRefused({ answers }) {
  const words = answers.map(({ text }) => text).join()
  return words.includes('ERR_POLICY_DENIED') ? undefined : `not refused: ${words}`
}

function resultsOf(rows, protocol, { own, bare }) {
  const results = rows.map(({ id, payload, refused }, at) => {
    const why =
      refused === undefined
        ? difference(own.answers[at], bare.answers[at])
        : isRefused(own.answers[at])
    return { id, payload, protocol, pass: why === undefined, why }
  })
  // What is refused leaves another catalog, of course.
  if (rows.some(({ refused }) => refused !== undefined)) return results
  const [missing, added] = [
    [bare, own],
    [own, bare],
  ].map(([left, right]) => left.state.filter((line) => !right.state.includes(line)))
  const tool = rows[0].id.split('-')[0]
  const why = [...missing.map((line) => `- ${line}`), ...added.map((line) => `+ ${line}`)].join(
    '\n',
  )
  const payload = `${bare.state.length} lines of catalog and rows afterwards`
  return [...results, { id: `${tool}-end`, payload, protocol, pass: why === '', why }]
}

/** Runs every tool's script by both protocols: its answers, the catalog and the rows afterwards must be as on the bare target. */
export async function runMigrations({ scripts, initdb, home }) {
  const server = await startServer(initdb)
  let stage
  try {
    const admin = await server.connect('postgres')
    await admin.query('CREATE ROLE migrator LOGIN CREATEDB')
    await admin.end()
    stage = await openStage({
      home,
      targetPort: server.port,
      connections: { migrations: 'migrator' },
      policy,
      database: 'postgres',
    })
    const openers = {
      own: (database) =>
        Session.open(stage.agent, { user: 'migrations', database, token: stage.token('aiAgent') }),
      bare: (database) =>
        Session.open({ host: '127.0.0.1', port: server.port }, { user: 'migrator', database }),
    }
    await stage.eventually(() => isServed(openers.own), Boolean, 60_000)
    const started = Date.now()
    const results = []
    let number = 0
    for (const rows of scripts)
      for (const protocol of ['simple', 'extended']) {
        number += 1
        const ends = await runScript(rows, { server, openers, protocol, number })
        results.push(...resultsOf(rows, protocol, ends))
      }
    return { results, millis: Date.now() - started }
  } finally {
    await stage?.close()
    await server.stop()
  }
}

async function isServed(open) {
  const session = await open('postgres')
  await ask(session, 'SELECT 1 FROM pg_class WHERE false', { protocol: 'simple' })
  session.close()
  return session.messages.some(({ type }) => type === 'C')
}
