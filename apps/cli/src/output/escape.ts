/**
 * What a terminal would obey, reorder or hide instead of showing: C0 and C1 controls (ANSI sequences begin with
 * them), bidirectional controls, invisible and zero-width characters, line separators, tags, lone surrogates.
 */
const dangerous =
  // eslint-disable-next-line no-control-regex, no-misleading-character-class -- exactly those are meant
  /[\u0000-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\u{1bca0}-\u{1bca3}\u{1d173}-\u{1d17a}\u{e0000}-\u{e0fff}]|\p{Surrogate}/gu

/** Text of unknown origin on one line, safe to print: what is dangerous is written as an escape. */
export function escapeText(text: string): string {
  return text.replace(dangerous, escapeOne)
}

/** The same, but line breaks and tabs stay. `\r\n` counts as one line break. */
export function escapeLines(text: string): string {
  return text
    .replaceAll('\r\n', '\n')
    .split('\n')
    .map((line) => line.split('\t').map(escapeText).join('\t'))
    .join('\n')
}

/** JSON text that stays the same JSON, with everything dangerous as `\uXXXX`. */
export function escapeJson(json: string): string {
  return json.replace(dangerous, (found) =>
    found === '\n'
      ? found
      : Array.from({ length: found.length }, (_, at) => unit(found, at)).join(''),
  )
}

const named: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' }

function escapeOne(found: string): string {
  const short = named[found]
  if (short !== undefined) return short
  const code = found.codePointAt(0) ?? 0
  return code > 0xffff ? `\\u{${code.toString(16)}}` : unit(found, 0)
}

function unit(text: string, at: number): string {
  return `\\u${text.charCodeAt(at).toString(16).padStart(4, '0')}`
}
