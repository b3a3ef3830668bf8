import { isWordCode, type Detector } from './detector'
import { traitClass } from './traits'

/** RFC 5321 4.5.3.1: the longest local part and domain; UTF-8 read as Latin-1 needs up to four units a character. */
const maxLocal = 256
const maxDomain = 1_020

const localExtras = "!#$%&'*+-/=?^_`{|}~."

/** Addresses as people write them: no quoted local parts, at least two labels in the domain. */
export const email: Detector = {
  name: 'email',
  possible: ({ classes }) => (classes & traitClass.at) !== 0 && (classes & traitClass.dot) !== 0,
  find(text, found) {
    let from = 0
    for (let at = text.indexOf('@'); at !== -1; at = text.indexOf('@', at + 1)) {
      let start = at
      const limit = Math.max(from, at - maxLocal)
      while (start > limit && isLocal(text.charCodeAt(start - 1))) start--
      while (start < at && text.charCodeAt(start) === 0x2e) start++
      const end = endOfDomain(text, at + 1)
      if (start < at && end !== -1) {
        found(start, end)
        from = end
      }
    }
  },
}

function isLocal(code: number): boolean {
  return isWordCode(code) || localExtras.includes(String.fromCharCode(code))
}

/** Where the domain ends, or -1 when what follows is none: labels with a dot between, the last without digits alone. */
function endOfDomain(text: string, start: number): number {
  let end = start
  const limit = Math.min(text.length, start + maxDomain)
  let dots = 0
  let labelStart = start
  while (end < limit) {
    const code = text.charCodeAt(end)
    if (isWordCode(code) || code === 0x2d) {
      end++
      continue
    }
    if (code !== 0x2e || end === labelStart) break
    if (!isWordCode(text.charCodeAt(end + 1))) break
    dots++
    end++
    labelStart = end
  }
  if (dots === 0 || end === labelStart) return -1
  return /^[0-9-]+$/.test(text.slice(labelStart, end)) ? -1 : end
}
