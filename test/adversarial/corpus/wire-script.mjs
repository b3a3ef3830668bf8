import { message, say } from './wire.mjs'

/** What a notation leaves out: the statement that a bare P prepares, and what a bare word stands for. */
const defaults = {
  '': 'SELECT ssn FROM customers WHERE id = 1',
  SELECT: 'SELECT ssn FROM customers WHERE id = 1',
  DELETE: 'DELETE FROM customers WHERE id = 3',
}

/** `\0` and `\xNN` are bytes; all else is UTF-8. */
function bytesOf(text) {
  const parts = text.split(/(\\0|\\x[0-9a-f]{2})/i)
  return Buffer.concat(
    parts.map((part) => {
      if (part === '\\0') return Buffer.from([0])
      const byte = /^\\x([0-9a-f]{2})$/i.exec(part)
      return byte === null ? Buffer.from(part) : Buffer.from([Number.parseInt(byte[1], 16)])
    }),
  )
}

function fill(text) {
  const word = text.replace(/…$/, '').trim()
  return defaults[word] ?? text.replace(/…/g, ' FROM customers WHERE id = 3')
}

/** Words of one step: quoted ones whole, the rest by spaces; an SQL text may stand bare at the end. */
function wordsOf(rest) {
  const words = []
  const pattern = /\s*(?:'((?:[^']|'')*)'|"([^"]*)"|(\S+))/y
  for (let found = pattern.exec(rest); found !== null; found = pattern.exec(rest))
    words.push({ quoted: found[1] ?? found[2], bare: found[3] })
  return words.map(({ quoted, bare }) => quoted ?? bare)
}

function encode(letter, words, prepared) {
  const [first = '', second = ''] = words
  switch (letter) {
    case 'P': {
      const named = words.length > 1
      return say.parse(named ? first : '', bytesOf(fill(named ? second : first)))
    }
    case 'B':
      return words.length > 1 ? say.bind(first, second) : say.bind('', first || prepared)
    case 'D':
      return say.describe('P', first)
    case 'E':
      return say.execute(first)
    case 'Q':
      return message('Q', bytesOf(fill(first)), Buffer.from([0]))
    case 'S':
      return say.sync()
    case 'H':
      return say.flush()
    default:
      return undefined
  }
}

function splitSteps(payload) {
  return payload.match(/(?:'(?:[^']|'')*'|"[^"]*"|[^;'"])+/g) ?? []
}

/** What a note in brackets or behind the letters says is no message. */
const notes = /\((?:no|without|client)[^)]*\)|\b(?:without D|in one packet)\b/g
const closing = /^\s*C\(([SP]) (\w*)\)\s*$/
const lettered = /^\s*([PBDEQSH](?:[ ,/]+[PBDEQSH])*)(?=\s|$)(.*)$/s

/** Words that follow several letters belong to Parse when there is one, else to Bind. */
function ownWords(type, types, words) {
  const owner = types.length === 1 ? type : types.includes('P') ? 'P' : 'B'
  return type === owner ? words : []
}

/**
 * The messages of a payload in letters (`P s1 'SELECT 1'; S; B/E s1`); undefined when it is prose. A bare B binds
 * what was prepared last; a Sync ends what would not end otherwise, unless a Flush does.
 */
export function readWireScript(payload) {
  const script = []
  let prepared = ''
  for (const step of splitSteps(payload.replace(notes, ''))) {
    const close = closing.exec(step)
    if (close !== null) {
      script.push({ type: 'C', bytes: say.close(close[1], close[2]) })
      continue
    }
    const found = lettered.exec(step)
    if (found === null) return undefined
    const types = found[1].split(/[ ,/]+/)
    const words = wordsOf(found[2].trim())
    for (const type of types) {
      const own = ownWords(type, types, words)
      if (type === 'P') prepared = own.length > 1 ? own[0] : ''
      script.push({ type, bytes: encode(type, own, prepared) })
    }
  }
  if (script.length === 0) return undefined
  return 'QSH'.includes(script.at(-1).type) ? script : [...script, { type: 'S', bytes: say.sync() }]
}

/** Sends a script in one packet, as pipelining clients do, and waits for what it can be answered with. */
export async function play(session, script) {
  const readies = script.filter(({ type }) => type === 'Q' || type === 'S').length
  const before = session.messages.length
  const bytes = Buffer.concat(script.map((step) => step.bytes))
  const answered = await session.send(bytes, readies)
  const last = script.at(-1)?.type
  if (last === 'Q' || last === 'S' || session.closed) return answered
  // Without a Sync there is no ReadyForQuery: the result or the error of the last Execute ends it.
  const executes = script.filter(({ type }) => type === 'E').length
  const ends = () =>
    session.messages.slice(before).filter(({ type }) => type === 'C' || type === 'E').length
  return session.until(() => ends() >= Math.min(1, executes))
}
