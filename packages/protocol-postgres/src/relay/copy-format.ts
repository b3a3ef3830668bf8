import type { CopyLayout } from '../wire/copy-row'

/** How COPY TO STDOUT writes its rows, as far as the rows can be parted into columns with certainty. */
export type CopyFormat = { readonly kind: 'binary' } | (CopyLayout & { readonly header: boolean })

/** Encodings that use the bytes of ASCII for nothing else, so that rows part into columns as they do in UTF-8. */
const asciiSafe = /^(utf-?8|unicode|latin-?(10|[1-9])|win125[0-8]|iso_?8859_?[5-8]|sql_ascii)$/i

const TAB = 0x09
const COMMA = 0x2c
const QUOTE = 0x22
const plainText = { kind: 'text', delimiter: TAB, absent: '\\N', header: false } as const
const plainCsv = {
  kind: 'csv',
  delimiter: COMMA,
  quote: QUOTE,
  escape: QUOTE,
  absent: '',
  header: false,
} as const

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
  if (options === '') return plainText
  if (/^binary$/i.test(options)) return { kind: 'binary' }
  const legacy = /^csv(\s+header)?$/i.exec(options)
  if (legacy !== null) return { ...plainCsv, header: legacy[1] !== undefined }
  const list = /^\(([^()]*)\)$/.exec(options)?.[1]
  return list === undefined ? undefined : readOptions(list)
}

interface Options {
  format: string
  header: boolean
  delimiter?: number
  quote?: number
  escape?: number
  absent?: string
}

function readOptions(list: string): CopyFormat | undefined {
  const options: Options = { format: 'text', header: false }
  for (const option of splitOptions(list)) {
    const [, name = '', value = ''] = /^([a-z_]+)(?:\s+(.*))?$/is.exec(option.trim()) ?? []
    const read = readers[name.toLowerCase()]
    if (read?.(options, value.trim()) !== true) return undefined
  }
  const { format, header, delimiter, quote = QUOTE, escape = quote, absent } = options
  if (format === 'binary') return { kind: format }
  if (format === 'text')
    return {
      ...plainText,
      header,
      delimiter: delimiter ?? TAB,
      absent: absent ?? plainText.absent,
    }
  if (format !== 'csv') return undefined
  return {
    ...plainCsv,
    header,
    quote,
    escape,
    delimiter: delimiter ?? COMMA,
    absent: absent ?? plainCsv.absent,
  }
}

/** Each false = not understood. */
const readers: Readonly<Record<string, (options: Options, value: string) => boolean>> = {
  format: (options, value) => {
    options.format = (stringOf(value) ?? value).toLowerCase()
    return true
  },
  header: (options, value) => {
    const word = stringOf(value) ?? value
    options.header = !/^(false|off|0)$/i.test(word)
    return /^(true|on|1|false|off|0)?$/i.test(word)
  },
  encoding: (_options, value) => asciiSafe.test(stringOf(value) ?? ''),
  force_quote: () => true,
  delimiter: (options, value) => setByte(options, 'delimiter', value),
  quote: (options, value) => setByte(options, 'quote', value),
  escape: (options, value) => setByte(options, 'escape', value),
  null: (options, value) => {
    const text = stringOf(value)
    if (text === undefined) return false
    options.absent = text
    return true
  },
}

function setByte(options: Options, name: 'delimiter' | 'quote' | 'escape', value: string): boolean {
  const text = stringOf(value) ?? ''
  const byte = text.charCodeAt(0)
  if (text.length !== 1 || byte > 0x7e) return false
  options[name] = byte
  return true
}

/** A string constant in its plain form, or an E'…' that is one character by its number. */
function stringOf(value: string): string | undefined {
  const code = /^e'\\x([0-9a-f]{2})'$/i.exec(value)?.[1]
  if (code !== undefined) return String.fromCharCode(Number.parseInt(code, 16))
  if (/^e'\\t'$/i.test(value)) return '\t'
  return /^'((?:[^']|'')*)'$/.exec(value)?.[1]?.replaceAll("''", "'")
}

function splitOptions(list: string): string[] {
  return list.match(/(?:'[^']*'|[^,'])+/g) ?? []
}
