// Properties, not messages: what reached the target, and what of it reached the client.
import { leaksIn } from '../corpus/canary.mjs'
import { email } from './rows/answers.mjs'

const addresses = [
  email,
  email.toUpperCase(),
  [...email].reverse().join(''),
  encodeURIComponent(email),
]
const packed = [0, 1, 2].map((skipped) =>
  Buffer.from('xx'.slice(0, skipped) + email)
    .toString('base64')
    .slice(skipped === 0 ? 0 : 4, -4),
)

/** What came of a row: REFUSED, MASKED (something that a rule names was withheld) or ALLOWED. */
export function outcomeOf(row, { status, text, isOver }, seen) {
  if (!isOver) return 'UNANSWERED'
  const isAnswer = row.answer !== undefined || row.ask !== undefined
  const isRefusal =
    status === undefined ||
    /^wardgate-error:/im.test(text) ||
    (isAnswer && isBroken(row, text)) ||
    (!isAnswer && status >= 400)
  if (isRefusal)
    return isAnswer && row.ask === undefined
      ? 'REFUSED'
      : seen.length === 0
        ? 'REFUSED'
        : 'REFUSED AFTERWARDS'
  return row.expect.includes('MASKED') ? 'MASKED' : 'ALLOWED'
}

/** Everything that must not have happened, whatever the outcome. */
export function violationsOf(row, { text, sent }, { seen, all, token }) {
  const found = []
  const smuggled = all.filter((line) => line.includes(`/smuggled/${row.name}`))
  if (smuggled.length > 0) found.push('a hidden request reached the target')
  if (seen.length > 1) found.push(`${seen.length} requests reached the target`)
  if (seen.some((line) => line.includes(token))) found.push("the client's token reached the target")
  for (const word of row.unseen ?? [])
    if (seen.some((line) => line.includes(word))) found.push(`${word} reached the target`)
  for (const word of row.seen ?? [])
    if (!seen.some((line) => line.includes(word))) found.push(`${word} did not reach the target`)
  for (const form of leaksOf(text, sent)) found.push(`leak: ${form}`)
  if (row.never !== undefined && text.includes(row.never)) found.push(`shown: ${row.never}`)
  if (row.shows !== undefined && !text.includes(row.shows)) found.push(`not shown: ${row.shows}`)
  if (row.hides !== undefined && new RegExp(`^${row.hides}:`, 'im').test(text))
    found.push(`shown: ${row.hides}`)
  return found
}

function leaksOf(text, sent) {
  const plain = addresses.filter((form) => text.includes(form))
  const coded = packed.filter((form) => text.includes(form)).map((form) => `base64 ${form}`)
  return [...plain, ...coded, ...leaksIn(Buffer.from(text, 'latin1'), sent)]
}

/** A body in chunks that has no last one: the gateway broke it off. */
function isBroken({ method }, text) {
  return (
    method !== 'HEAD' &&
    /^transfer-encoding: chunked/im.test(text) &&
    !/\r\n0\r\n[^]*\r\n$/.test(text)
  )
}
