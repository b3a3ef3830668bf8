import { isAlphanumericCode, isDigitCode, type Detector, type Found } from './detector'
import { keyForms, type KeyForm } from './key-forms'

const shortestWord = 15
/** Characters that are looked at before it is known that a key begins: prefixes in a row stay linear. */
const mostJudged = 72

/** Forms by the first character of their prefix, so that a text is read once whatever their number. */
const byFirst = new Map<number, readonly KeyForm[]>()
for (const form of keyForms) {
  const first = form.prefix.charCodeAt(0)
  byFirst.set(first, [...(byFirst.get(first) ?? []), form])
}

/** API keys and access tokens that carry their issuer's prefix. */
export const apiKey: Detector = {
  name: 'api_key',
  possible: ({ longestWord }) => longestWord >= shortestWord,
  find(text, found) {
    for (let at = 0; at < text.length; at += 1) {
      const forms = byFirst.get(text.charCodeAt(at))
      if (forms === undefined || isJoined(text, at)) continue
      at = Math.max(at, endOfFind(text, at, forms, found) - 1)
    }
  },
}

/** The end of the longest key that begins here, or 0. */
function endOfFind(text: string, at: number, forms: readonly KeyForm[], found: Found): number {
  for (const { prefix, rest, mayBeLower } of forms) {
    if (!text.startsWith(prefix, at)) continue
    const from = at + prefix.length
    const judged = endOfKey(text, from, from + mostJudged)
    if (judged - from < rest || !looksRandom(text, from, judged, mayBeLower ? 1 : 2)) continue
    const end = endOfKey(text, judged, text.length)
    found(at, end)
    return end
  }
  return 0
}

function isJoined(text: string, at: number): boolean {
  const code = text.charCodeAt(at - 1)
  return isAlphanumericCode(code) || code === 0x5f
}

/** Words with dashes are no keys: a key has a digit or a change of case in every stretch of its length. */
function looksRandom(text: string, start: number, end: number, least: number): boolean {
  let [digits, uppers] = [0, 0]
  for (let i = start; i < end; i++) {
    const code = text.charCodeAt(i)
    if (isDigitCode(code)) digits++
    else if (code >= 0x41 && code <= 0x5a) uppers++
  }
  return digits + uppers >= least
}

function endOfKey(text: string, start: number, limit: number): number {
  let end = start
  for (; end < Math.min(limit, text.length); end++) {
    const code = text.charCodeAt(end)
    const inside = isAlphanumericCode(code) || code === 0x5f || code === 0x2d
    const dotted = code === 0x2e && isAlphanumericCode(text.charCodeAt(end + 1))
    if (!inside && !dotted) break
  }
  return end
}
