/** How COPY TO STDOUT writes its rows, as far as the rows can be parted into columns with certainty. */
export type CopyFormat =
  | { readonly kind: 'binary' }
  | { readonly kind: 'text'; readonly delimiter: number; readonly header: boolean }
  | { readonly kind: 'csv'; readonly delimiter: number; readonly header: boolean }

/** Encodings that use the bytes of ASCII for nothing else, so that rows part into columns as they do in UTF-8. */
const asciiSafe = /^(utf-?8|unicode|latin-?(10|[1-9])|win125[0-8]|iso_?8859_?[5-8]|sql_ascii)$/i

const TAB = 0x09
const COMMA = 0x2c

/**
 * Reads the options of one plain COPY … TO STDOUT. The wire tells binary from the rest and no more, so anything
 * that could hide an option (comments, several statements) or that is not understood yields undefined: refused.
 */
export function readCopyFormat(text: string): CopyFormat | undefined {
  if (/--|\/\*|\$\w*\$/.test(text)) return undefined
  const statement = text.trim().replace(/;$/, '')
  if (statement.includes(';') || !/^copy\b/i.test(statement)) return undefined
  const tail = /\bto\s+stdout\b\s*(?:with\b\s*)?(.*)$/is.exec(statement)?.[1]
  if (tail === undefined || /\bstdout\b/i.test(tail)) return undefined
  const options = tail.trim()
  if (options === '') return { kind: 'text', delimiter: TAB, header: false }
  if (/^binary$/i.test(options)) return { kind: 'binary' }
  const legacy = /^csv(\s+header)?$/i.exec(options)
  if (legacy !== null) return { kind: 'csv', delimiter: COMMA, header: legacy[1] !== undefined }
  const list = /^\(([^()]*)\)$/.exec(options)?.[1]
  return list === undefined ? undefined : readOptions(list)
}

function readOptions(list: string): CopyFormat | undefined {
  let kind = 'text'
  let header = false
  let delimiter: number | undefined
  for (const option of splitOptions(list)) {
    const [, name, value] = /^([a-z_]+)(?:\s+(.*))?$/is.exec(option.trim()) ?? []
    const word = (value ?? '').trim().replace(/^'(.*)'$/, '$1')
    if (/^format$/i.test(name ?? '')) kind = word.toLowerCase()
    else if (/^header$/i.test(name ?? '')) {
      if (!/^(true|on|1|false|off|0)?$/i.test(word)) return undefined
      header = !/^(false|off|0)$/i.test(word)
    } else if (/^delimiter$/i.test(name ?? '')) {
      if (!/^'[^'\\]'$/.test((value ?? '').trim()) || word.charCodeAt(0) > 0x7e) return undefined
      delimiter = word.charCodeAt(0)
    } else if (/^encoding$/i.test(name ?? '')) {
      if (!asciiSafe.test(word)) return undefined
    } else if (!/^force_quote$/i.test(name ?? '')) return undefined
  }
  if (kind === 'binary') return { kind }
  if (kind === 'text') return { kind, header, delimiter: delimiter ?? TAB }
  if (kind === 'csv') return { kind, header, delimiter: delimiter ?? COMMA }
  return undefined
}

function splitOptions(list: string): string[] {
  return list.match(/(?:'[^']*'|[^,'])+/g) ?? []
}
