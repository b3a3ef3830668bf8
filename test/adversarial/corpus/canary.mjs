/** Rows of the corpus plant this value wherever something is to be hidden. */
export const canary = 'CANARY-7f3a9'
const pieces = ['CANARY', '7f3a9']

function forms(value) {
  const bytes = Buffer.from(value)
  const letters = Array.from(value)
  const codes = [...bytes]
  const plain = [
    value,
    [...letters].reverse().join(''),
    bytes.toString('base64').replace(/=+$/, ''),
    bytes.toString('hex'),
    ...[',', ', ', ' ', '{', '","'].map((glue) => letters.join(glue)),
    ...[',', ', ', ' '].map((glue) => codes.join(glue)),
  ]
  return [...new Set(plain.flatMap((form) => [form, form.toUpperCase(), form.toLowerCase()]))]
}

const whole = forms(canary)

/** Integers of a binary array: each element has its length before it. */
const binaryCodes = [...Buffer.from(canary)]
  .map((code) => `\0\0\0\x04\0\0\0${String.fromCharCode(code)}`)
  .join('')

/** Forms of the canary, and of what is `planted` beside it, in bytes that went to the client; pieces of it count unless the payload named them itself. */
export function leaksIn(received, payload, planted = []) {
  const shown = received.toString('latin1')
  const found = whole.filter((form) => shown.includes(form))
  if (shown.includes(binaryCodes)) found.push('binary character codes')
  for (const { name, bytes } of planted)
    if (!payload.includes(bytes) && shown.includes(bytes)) found.push(name)
  const named = payload.toLowerCase()
  const folded = shown.toLowerCase()
  for (const piece of pieces)
    if (!named.includes(piece.toLowerCase()) && folded.includes(piece.toLowerCase()))
      found.push(`piece ${piece}`)
  return found
}
