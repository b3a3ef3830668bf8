import { asBuffer } from '../../bytes'

/** RFC 7468 and OpenPGP: what a private key stands between. */
const begin = /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----/
const end = /-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----/
const beginMark = '-----BEGIN '
const endMark = '-----END '
/** Longer than either line. */
export const armourLine = 80

export function beginOfArmour(input: Uint8Array, from: number): number {
  return positionOf(input, from, beginMark, begin)?.start ?? -1
}

/** Behind the armour's last line; -1 when it is not there. */
export function endOfArmour(input: Uint8Array, from: number): number {
  return positionOf(input, from, endMark, end)?.end ?? -1
}

function positionOf(input: Uint8Array, from: number, mark: string, form: RegExp) {
  const bytes = asBuffer(input)
  for (let at = bytes.indexOf(mark, from); at !== -1; at = bytes.indexOf(mark, at + 1)) {
    const match = form.exec(bytes.toString('latin1', at, at + armourLine))
    if (match?.index === 0) return { start: at, end: at + match[0].length }
  }
  return undefined
}
