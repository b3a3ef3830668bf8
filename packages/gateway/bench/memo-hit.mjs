// What one memo hit costs from submit to settle, with a spool that only counts. Run after `npm run build`.
import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)
const { VerdictMemo } = require('@wardgate/gateway')
const { fakeGate, statement } = require('@wardgate/gateway/testing')

const rounds = 200_000
const repeats = 7
const text = 'SELECT abalance FROM pgbench_accounts WHERE aid = $1'
const outcome = { status: 'succeeded', rows: 1, bytes: 60, maskedCells: 0 }

async function measure(parameters, memo) {
  const spool = { append() {}, durable: () => Promise.resolve() }
  const clock = { now: () => Date.now(), micros: () => performance.now() * 1000 }
  const { gate, controlPlane, context } = fakeGate({ spool, clock, ...(memo && { memo }) })
  controlPlane.answer = () => controlPlane.allow({}, { memo: memo ? 'shape' : 'exact' })
  const operation = (index) => {
    // As an engine makes it: fresh strings and buffers for every message.
    const fresh = Buffer.from(text).toString('utf8')
    return statement(fresh, { phase: 'execute', parameters: parameters(index) })
  }
  const warm = await gate.submit(operation(0))
  warm.settle(outcome)
  const asked = controlPlane.asked.length
  const micros = []
  let baseline = 0
  for (let repeat = 0; repeat < repeats; repeat++) {
    const before = performance.now()
    for (let index = 0; index < rounds; index++) baseline += operation(index).text.length
    const making = performance.now() - before
    const start = performance.now()
    for (let index = 0; index < rounds; index++) {
      const permit = await gate.submit(operation(index))
      permit.settle(outcome)
    }
    micros.push(((performance.now() - start - making) * 1000) / rounds)
  }
  if (controlPlane.asked.length !== asked || context.unsettled.size !== 0 || baseline === 0)
    throw new Error('not all were memo hits')
  return micros.sort((a, b) => a - b)[repeats >> 1]
}

const one = { type: 23, format: 'text', value: Buffer.from('4711') }
const results = {
  'exact hit, no parameters': await measure(() => []),
  'exact hit, one parameter': await measure(() => [one]),
  'shape hit, changing parameter': await measure(
    (index) => [{ ...one, value: Buffer.from(String(index)) }],
    new VerdictMemo({ shapeKey: (statementText) => statementText }),
  ),
}
for (const [name, micros] of Object.entries(results))
  process.stdout.write(`${name.padEnd(32)} ${micros.toFixed(2)} µs\n`)
