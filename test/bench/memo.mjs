// What a verdict costs without network: a memo hit from submit to settle, and a miss as the control plane decides it.
// Prints {"hitMicros": …, "missMicros": …}.
import { createRequire } from 'node:module'
import { median } from './median.mjs'

const require = createRequire(import.meta.url)
const { VerdictMemo } = require('@wardgate/gateway')
const { fakeGate, statement } = require('@wardgate/gateway/testing')
const { compilePolicies, evaluate, parsePolicy } = require('@wardgate/policy')
const { analyze, indexCatalog, loadParser, planMasks, shapeKey } = require('@wardgate/sql')

const repeats = 7
/** Processor time: neighbours on the machine do not count. */
const micros = () => {
  const { user, system } = process.cpuUsage()
  return user + system
}
const outcome = { status: 'succeeded', rows: 1, bytes: 60, maskedCells: 0 }
const text = (index) => `SELECT abalance FROM pgbench_accounts WHERE aid = ${index}`

/** Texts differ in their literal, as an application's do. */
async function hit(rounds) {
  const spool = { append() {}, written: () => undefined, durable: () => Promise.resolve() }
  const clock = { now: () => Date.now(), micros: () => performance.now() * 1000 }
  const memo = new VerdictMemo({ shapeKey })
  const { gate, controlPlane } = fakeGate({ spool, clock, memo })
  controlPlane.answer = () => controlPlane.allow({}, { memo: 'shape' })
  // As an engine makes it: fresh strings for every message.
  const operation = (index) => statement(Buffer.from(text(index)).toString('utf8'))
  ;(await gate.submit(operation(0))).settle(outcome)
  const asked = controlPlane.asked.length
  const samples = []
  for (let repeat = 0; repeat < repeats; repeat += 1) {
    const operations = Array.from({ length: rounds }, (_, index) => operation(index))
    const started = micros()
    // As engines do: a hit has nothing to wait for.
    for (const one of operations) gate.submit(one).settle(outcome)
    samples.push((micros() - started) / rounds)
  }
  if (controlPlane.asked.length !== asked) throw new Error('not all were memo hits')
  return median(samples)
}

const policy = `name: bench
appliesTo: { connections: [bench] }
rules:
  - { id: read, effect: allow, match: { actions: [read] } }
  - { id: filler, mask: { columns: [masked_rows.secret], with: { partial: { keepLast: 4 } } } }
`

function relation(id, name, columns) {
  return {
    id,
    schema: 'public',
    name,
    kind: 'table',
    columns: columns.map((column, index) => ({ number: index + 1, name: column, typeId: 23 })),
    definition: '',
    parents: [],
    hasRules: false,
    hasRowSecurity: false,
    estimatedRows: 1000,
  }
}

const catalog = {
  engine: 'postgresql',
  serverVersion: 180004,
  defaultSearchPath: ['public'],
  relations: [
    relation(16384, 'pgbench_accounts', ['aid', 'bid', 'abalance', 'filler']),
    relation(16385, 'masked_rows', ['id', 'name', 'secret', 'kind']),
  ],
  routines: [],
  types: [],
}

/** Parse, facts, rules and masks of a text that nobody has seen. */
async function miss(rounds) {
  await loadParser()
  const index = indexCatalog(catalog)
  const parsed = parsePolicy(policy)
  if (parsed.document === undefined) throw new Error(JSON.stringify(parsed.problems))
  const set = compilePolicies([{ name: 'bench', version: 1, document: parsed.document }])
  const principal = { id: 'p', issuer: 'i', subject: 's', name: 'bench', kind: 'agent' }
  const context = {
    principal: { ...principal, groups: [], claims: {}, owner: undefined, roles: [] },
    connection: { name: 'bench', protocol: 'postgres', labels: {}, database: 'bench' },
    time: Date.now(),
  }
  const decide = (number) => {
    const input = { phase: 'simple', text: text(number), prepared: [], role: '' }
    const analysis = analyze({ ...input, searchPath: ['public'] }, index)
    const verdict = evaluate(set, { ...context, facts: analysis.facts })
    if (verdict.kind !== 'allow') throw new Error(JSON.stringify(verdict))
    return planMasks(analysis, verdict.obligations, index)
  }
  for (let number = 0; number < rounds; number += 1) decide(number)
  const samples = []
  for (let repeat = 0; repeat < repeats; repeat += 1) {
    const started = micros()
    for (let number = 0; number < rounds; number += 1) decide(repeat * rounds + number)
    samples.push((micros() - started) / rounds)
  }
  return median(samples)
}

console.log(JSON.stringify({ hitMicros: await hit(100_000), missMicros: await miss(5_000) }))
