import { escapeLines } from './escape'
import { plainText } from './table'

/** `Title   value` lines, in the order given. */
export function renderDetails(details: readonly (readonly [string, unknown])[]): string {
  const width = Math.max(...details.map(([title]) => title.length))
  return details
    .map(([title, value]) => {
      const [first = '', ...more] = escapeLines(plainText(value)).split('\n')
      const rest = more.map((line) => `${' '.repeat(width + 2)}${line}\n`).join('')
      return `${title.padEnd(width)}  ${first}\n${rest}`
    })
    .join('')
}
