import { elsewhere } from './elsewhere.mjs'

function cell(text, width) {
  return text.length > width ? `${text.slice(0, width - 1)}…` : text.padEnd(width)
}

/** One line a row and target, the reasons of failures below it. */
export function printHttp(done) {
  for (const { id, technique, connection, expected, outcome, violations, pass } of done.results) {
    const where = connection.replace('http-corpus-', '')
    const cells = [cell(id, 9), cell(where, 8), cell(technique, 52), cell(expected, 17)]
    console.log([...cells, cell(outcome, 17), pass ? 'pass' : 'FAIL'].join(' '))
    for (const violation of violations) console.log(`          ${violation}`)
  }
  for (const [id, where] of Object.entries(elsewhere))
    console.log(`${cell(id, 9)} not here: ${where}`)
  for (const problem of done.evidence.problems) console.error(problem)
  console.log(summaryOfHttp(done).text)
}

export function summaryOfHttp({ results, evidence, millis }) {
  const passed = results.filter(({ pass }) => pass).length
  const leaks = results.filter(({ violations }) => violations.some((text) => /^leak/.test(text)))
  const summary = {
    rows: results.length,
    passed,
    leaks: leaks.length,
    operations: evidence.operations,
    evidenceProblems: evidence.problems.length,
  }
  const text = `${passed} of ${results.length} rows pass; ${leaks.length} leaks; ${evidence.operations} operations, ${evidence.problems.length} without exactly one intent and one outcome; ${Math.round(millis / 1000)} s`
  return { ...summary, text }
}
