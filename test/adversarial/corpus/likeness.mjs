import { cellsOf, columnsOf } from './cells.mjs'
import { fieldsOf, readMessages } from './wire.mjs'

/** Every masked value of the scripts begins so. */
const planted = 'PLANTED'
/** Object ids below it are the server's own and the same in every database (FirstNormalObjectId). */
const firstOwnId = 16_384
const oidType = 26
/** Errors of a statement that touches masked columns keep their code, not their words. */
const withheld = /\(text withheld: the statement touches masked columns\)/
const compared = new Set(['T', 'D', 'd', 'C', 'E', 'G', 'H', 'I', 'n', 'Z'])

function idOf(value) {
  return Number(value) >= firstOwnId ? 'an id' : value
}

function cellOf(cell, type) {
  if (cell === null) return null
  const text = cell.toString('latin1')
  return type === oidType ? idOf(text) : text
}

/** One message with all in it that must be the same in two databases of other ids and names. */
function answerOf({ type, body }, columns) {
  if (type === 'T')
    return columns.map((column) => ({
      ...column,
      table: idOf(column.table),
      type: idOf(column.type),
    }))
  if (type === 'D') return cellsOf(body).map((cell, at) => cellOf(cell, columns[at]?.type))
  if (type === 'E') {
    const { S, C, M, D } = fieldsOf(body)
    return { S, C, M, D }
  }
  return body.toString('latin1')
}

/** What a client was told, in messages that have to be the same with and without Wardgate. */
export function answersOf(received, database) {
  let columns = []
  const answers = []
  for (const message of readMessages(received).messages) {
    if (!compared.has(message.type)) continue
    if (message.type === 'T') columns = columnsOf(message.body)
    const answer = JSON.stringify(answerOf(message, columns))
    answers.push({ type: message.type, text: answer.replaceAll(database, '{DATABASE}') })
  }
  return { answers, leaks: received.includes(planted) }
}

/** Cells that hold a masked value may differ; nothing else may. */
function isSame(own, bare) {
  if (own.type !== bare.type) return false
  if (own.text === bare.text) return true
  if (own.type === 'E' && withheld.test(own.text))
    return JSON.parse(own.text).C === JSON.parse(bare.text).C
  if (bare.type === 'd') return bare.text.includes(planted)
  if (bare.type !== 'D') return false
  const [left, right] = [own, bare].map(({ text }) => JSON.parse(text))
  return (
    left.length === right.length &&
    right.every((cell, at) => cell === left[at] || (cell?.includes(planted) && left[at] !== null))
  )
}

/** What differs between two answers; undefined when nothing does. */
export function difference(own, bare) {
  if (!own.answered) return 'no answer in time'
  if (own.leaks) return 'a masked value was shown'
  const count = Math.max(own.answers.length, bare.answers.length)
  for (let at = 0; at < count; at += 1) {
    const [left, right] = [own.answers[at], bare.answers[at]]
    if (left !== undefined && right !== undefined && isSame(left, right)) continue
    const shown = (answer) => (answer === undefined ? 'nothing' : `${answer.type} ${answer.text}`)
    return `${shown(left).slice(0, 400)} instead of ${shown(right).slice(0, 400)}`
  }
  return undefined
}
