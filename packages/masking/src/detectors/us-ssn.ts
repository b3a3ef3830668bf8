import { isWordCode, type Detector } from './detector'

const form = /\d{3}([- ])\d{2}\1\d{4}/g

/** US social security numbers in their written form, 3-2-4; nine bare digits are too common to be told apart. */
export const usSsn: Detector = {
  name: 'us_ssn',
  possible: (traits) => traits.digits >= 9 && traits.length >= 11 && traits.digitRun >= 9,
  find(text, found) {
    form.lastIndex = 0
    for (let match = form.exec(text); match !== null; match = form.exec(text)) {
      const start = match.index
      const end = form.lastIndex
      const alone = !isJoined(text.charCodeAt(start - 1)) && !isJoined(text.charCodeAt(end))
      if (alone && isIssued(match[0])) found(start, end)
      else form.lastIndex = start + 1
    }
  },
}

function isJoined(code: number): boolean {
  return isWordCode(code) || code === 0x2d
}

/** Areas 000, 666 and 900 on, group 00 and serial 0000 are never issued. */
function isIssued(text: string): boolean {
  const area = text.slice(0, 3)
  if (area === '000' || area === '666' || area >= '900') return false
  return text.slice(4, 6) !== '00' && text.slice(7) !== '0000'
}
