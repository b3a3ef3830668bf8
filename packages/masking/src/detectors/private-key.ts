import type { Detector } from './detector'
import { traitClass } from './traits'

const begin = /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----/g
const end = /-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----/g

/** Private keys in PEM, OpenSSH and PGP armour. One without an end is taken to go on to the end of the text. */
export const privateKey: Detector = {
  name: 'private_key',
  possible: ({ classes, longestWord }) =>
    (classes & traitClass.dash) !== 0 && (classes & traitClass.upper) !== 0 && longestWord >= 5,
  find(text, found) {
    begin.lastIndex = 0
    for (let match = begin.exec(text); match !== null; match = begin.exec(text)) {
      end.lastIndex = begin.lastIndex
      const closes = end.exec(text) !== null ? end.lastIndex : text.length
      found(match.index, closes)
      begin.lastIndex = closes
    }
  },
}
