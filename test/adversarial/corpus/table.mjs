const modes = ['simple/denied', 'simple/approved', 'extended/denied', 'extended/approved']

function cell(text, width) {
  return text.length > width ? `${text.slice(0, width - 1)}…` : text.padEnd(width)
}

function reasons({ modes: runs = {}, error }) {
  const words = Object.entries(runs)
    .filter(([, { pass }]) => !pass)
    .map(
      ([mode, { violations, outcome, messages }]) =>
        `${mode}: ${[...violations, `got ${outcome}`, ...messages].join('; ')}`,
    )
  return [...(error === undefined ? [] : [error]), ...words]
}

/** One line a row, the reasons of failures below it, and the rate of what ran. */
export function printTable({ results, missing, evidence, millis }) {
  console.log(
    [cell('id', 10), cell('expected', 34), ...modes.map((mode) => cell(mode, 18)), 'result'].join(
      ' ',
    ),
  )
  for (const result of results) {
    const { id, expected, modes: runs = {}, notRun, pass } = result
    const got = modes.map((mode) =>
      cell((runs[mode] ?? runs[mode.replace('simple', 'wire')])?.outcome ?? '-', 18),
    )
    const word = notRun === undefined ? (pass ? 'pass' : 'FAIL') : `not run: ${notRun}`
    console.log([cell(id, 10), cell(expected, 34), ...got, word].join(' '))
    if (pass === false) for (const reason of reasons(result)) console.log(`           ${reason}`)
  }
  for (const line of missing) console.log(`seed, not on this server: ${line}`)
  console.log(summaryOf({ results, evidence, millis }).text)
}

function written(text) {
  return text.replaceAll('|', '\\|').replaceAll(/[<>*_`]/g, (mark) => `\\${mark}`)
}

/** The same for documents: each row by its name, with what came of it over both protocols. */
export function printMarkdown({ results, evidence, millis }) {
  console.log('| row | technique | expected | simple | extended | result |')
  console.log('| --- | --- | --- | --- | --- | --- |')
  for (const { id, technique, expected, modes: runs = {}, notRun, pass } of results) {
    const got = ['simple', 'extended'].map((protocol) => {
      const ran = Object.entries(runs).filter(
        ([mode]) => /^wire/.test(mode) || mode.startsWith(protocol),
      )
      return [...new Set(ran.map(([, { outcome }]) => outcome))].join(', ')
    })
    const word = notRun === undefined ? (pass ? 'pass' : '**fail**') : 'not run'
    console.log(`| ${[id, written(technique), written(expected), ...got, word].join(' | ')} |`)
  }
  console.log(`\n${summaryOf({ results, evidence, millis }).text}`)
}

export function summaryOf({ results, evidence, millis }) {
  const ran = results.filter(({ notRun }) => notRun === undefined)
  const count = (pattern) =>
    ran.filter(({ modes: runs = {} }) =>
      Object.values(runs).some(({ violations }) => violations.some((text) => pattern.test(text))),
    ).length
  const passed = ran.filter(({ pass }) => pass).length
  const summary = {
    rows: results.length,
    ran: ran.length,
    passed,
    notRun: results.length - ran.length,
    leaks: count(/^leak/),
    unapprovedEffects: count(/^unapproved/),
    operations: evidence.operations,
    evidenceProblems: evidence.problems.length,
    millisPerRow: ran.length === 0 ? 0 : Math.round(millis / ran.length),
  }
  const rate = ran.length === 0 ? 0 : ((100 * passed) / ran.length).toFixed(1)
  const text = `${passed} of ${ran.length} rows pass (${rate} %), ${summary.notRun} not run; ${summary.leaks} leaks, ${summary.unapprovedEffects} unapproved effects; ${summary.operations} operations, ${summary.evidenceProblems} without exactly one intent and one outcome; ${summary.millisPerRow} ms a row`
  return { ...summary, text }
}
