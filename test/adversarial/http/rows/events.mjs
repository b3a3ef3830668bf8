// Streams of events: what a client puts together from them, or reads beside them, is masked as what comes whole.
import { canary } from '../../corpus/canary.mjs'
import { email } from './answers.mjs'

const record = { ssn: canary, mail: email }
const escaped = [...email]
  .map((letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`)
  .join('')
const row = (technique, body, expect = 'MASKED', headers = {}) => ({
  id: 'HTTP-027',
  technique,
  answer: { headers: { 'content-type': 'text/event-stream', ...headers }, body },
  expect,
  never: escaped,
})
const text = JSON.stringify(record)

const ends = [
  ['CR LF', '\r\n', '\r\n'],
  ['LF, then CR LF', '\n', '\r\n'],
  ['CR LF, then LF', '\r\n', '\n'],
  ['LF, then CR', '\n', '\r'],
]

export const eventRows = [
  ...ends.map(([name, one, other]) =>
    row(`lines that end with ${name}`, `data: ${text}${one}${other}`),
  ),
  row('data without a blank', `data:${text}\n\n`),
  row('data with two blanks', `data:  ${text}\n\n`),
  row('a string of JSON', `data: ${JSON.stringify(email)}\n\n`),
  row('a string of JSON in escapes', `data: "${escaped}"\n\n`),
  row('JSON within a string of JSON', `data: ${JSON.stringify(text)}\n\n`),
  row('a comment of JSON', `:${text}\n\n`, 'MASKED|REFUSED'),
  row('a comment over two lines', `: {"ssn":\n: "${canary}"}\n\n`, 'MASKED|REFUSED'),
  row('an id of JSON', `id: ${text}\ndata: {}\n\n`),
  row('an unknown field of JSON', `${text}\ndata: {}\n\n`),
  row('the name of a field', `${email}: 1\n\n`),
  row('half of JSON', `data: {"mail":"${email}"\n\n`, 'MASKED|REFUSED'),
  row('a coding that it has not', `data: ${text}\n\n`, 'REFUSED', { 'content-encoding': 'gzip' }),
]
