import { isWordCode, type Detector } from '../detector'

interface NationalId {
  readonly name: string
  /** How it is written; global, of bounded length, so that it is searched for in linear time. */
  readonly form: RegExp
  readonly minDigits: number
  /** Whether this is one that may have been issued: its checksum and what else its form promises. */
  readonly isIssued: (text: string) => boolean
}

/** The detector of one country's number: its form, standing alone, with its checksum. */
export function nationalId({ name, form, minDigits, isIssued }: NationalId): Detector {
  return {
    name,
    possible: ({ digits, length }) => digits >= minDigits && length >= minDigits,
    find(text, found) {
      form.lastIndex = 0
      for (let match = form.exec(text); match !== null; match = form.exec(text)) {
        const start = match.index
        const end = form.lastIndex
        const isAlone = !isJoined(text.charCodeAt(start - 1)) && !isJoined(text.charCodeAt(end))
        if (isAlone && isIssued(match[0])) found(start, end)
        else form.lastIndex = start + 1
      }
    },
  }
}

function isJoined(code: number): boolean {
  return isWordCode(code) || code === 0x2d
}
