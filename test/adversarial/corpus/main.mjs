import { converse, directOpener, governedOpener } from './attempt.mjs'
import { evidenceProblems } from './evidence.mjs'
import { readExpectation } from './expectation.mjs'
import { isPermitted, outcomeOf, violations } from './judge.mjs'
import { startServer } from './server.mjs'
import { makeTemplate, Slot } from './slots.mjs'
import { openStage } from './stage.mjs'
import { stateOf } from './state.mjs'
import { readWireScript } from './wire-script.mjs'

const workers = 4
/** Areas whose payloads are SQL. */
const sqlAreas = new Set(['PGC', 'MSK'])

const prose =
  'described in words, not in messages; packages/protocol-postgres/src/wire-attacks.spec.ts sends such bytes'

/** Payloads of this area are messages; they are sent as they stand. */
const wireArea = 'PGW'

function protocolsOf(row) {
  return areaOf(row) === wireArea ? ['wire'] : ['simple', 'extended']
}

function areaOf({ id }) {
  return id.split('-')[0]
}

/**
 * Two wire protocols times two votes; a run in which nothing was held is the same for either vote. Within a row the
 * database is made anew after every run that left it another one.
 */
async function runRow(row, slot, { stage, server, planted }) {
  const expectation = readExpectation(row.expected)
  const role = row.role === 'superuser' ? 'superuser' : 'agent'
  const modes = {}
  await slot.refresh()
  for (const protocol of protocolsOf(row)) {
    for (const approves of [false, true]) {
      const payload = row.payload
        .replaceAll('54999', String(server.port))
        .replaceAll('CURDB', slot.database)
      const context = { role, slot, protocol, approves, stage, planted }
      const run = await runOnce({ row: { ...row, payload }, ...context })
      const outcomes = outcomeOf(run)
      await slot.restore()
      const direct =
        outcomes.join() === 'forward'
          ? await directRun({ role, slot, protocol, payload, server })
          : undefined
      const permitted = isPermitted({ ...run, outcomes, expectation, direct })
      const result = {
        outcome: outcomes.join('+'),
        pass: permitted && run.found.length === 0,
        violations: run.found,
        messages: run.conversation.errors.map(({ M }) => M),
      }
      modes[`${protocol}/${approves ? 'approved' : 'denied'}`] = result
      if (run.approvals.length > 0) continue
      modes[`${protocol}/approved`] = result
      break
    }
  }
  return {
    id: row.id,
    technique: row.technique,
    expected: row.expected,
    pass: Object.values(modes).every(({ pass }) => pass),
    modes,
  }
}

/** The same payload on the bare target: what was forwarded must be as if nothing stood between. */
async function directRun({ role, slot, protocol, payload, server }) {
  const user = role === 'superuser' ? 'postgres' : 'agent'
  const open = directOpener(server.port, { user, database: slot.database })
  const direct = await converse(open, payload, protocol)
  await slot.restore()
  return direct
}

async function runOnce({ row, role, slot, protocol, approves, stage, planted }) {
  const before = slot.pristine
  const { open, holds } = governedOpener(stage, { role, database: slot.database, approves })
  const conversation = await converse(open, row.payload, protocol)
  const requests = await Promise.all(holds)
  const after = await stateOf(slot.observer)
  if (before.schema !== after.schema) slot.spoil()
  const approvals = await Promise.all(
    requests.map(async ({ id, failed, facts }) => ({
      failed,
      actions: (facts?.actions ?? []).map(({ action }) => action),
      consumed: failed === undefined && approves && (await stage.consumed(id)),
    })),
  )
  const found = violations({ row, conversation, before, after, approvals, approves, planted })
  return { conversation, approvals, found }
}

/** Runs every row and says of each what was expected and what came; nothing that did not run counts as passed. */
export async function runCorpus({ rows, seed, initdb, home, report = () => undefined }) {
  const from = new Date().toISOString()
  const server = await startServer(initdb)
  let stage
  try {
    const { missing, planted } = await makeTemplate(server, seed)
    stage = await openStage({ home, targetPort: server.port })
    const slots = Array.from({ length: workers }, (_, at) => new Slot(server, stage, at))
    for (const slot of slots) {
      await slot.refresh()
      await slot.warm()
    }
    const results = new Array(rows.length)
    const queue = rows.map((row, at) => ({ row, at }))
    const work = async (slot) => {
      for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
        const { row, at } = next
        results[at] = await runOrSay(row, slot, { stage, server, planted })
        report(results[at])
      }
      await slot.close()
    }
    const started = Date.now()
    await Promise.all(slots.map(work))
    const millis = Date.now() - started
    const evidence = await evidenceProblems(stage, from)
    return { results, missing, evidence, millis }
  } finally {
    await stage?.close()
    await server.stop()
  }
}

async function runOrSay(row, slot, context) {
  const area = areaOf(row)
  const { id, technique, expected, from = 0 } = row
  const { server } = context
  if (server.version < from)
    return {
      id,
      technique,
      expected,
      notRun: `needs PostgreSQL ${from}; this one is ${server.version}`,
    }
  if (area === wireArea && readWireScript(row.payload) === undefined)
    return { id, technique, expected, notRun: prose }
  if (area !== wireArea && !sqlAreas.has(area))
    return { id, technique, expected, notRun: 'another protocol; this runner speaks PostgreSQL' }
  try {
    return await runRow(row, slot, context)
  } catch (error) {
    slot.spoil()
    return { id, technique, expected, pass: false, modes: {}, error: error.message }
  }
}
