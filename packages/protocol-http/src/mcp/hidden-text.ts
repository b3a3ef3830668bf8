/** Code points that nobody sees and a model reads; visible text needs none of them. */
const ranges: readonly (readonly [from: number, to: number])[] = [
  [0x00, 0x08], // controls, without tab, line feed and carriage return
  [0x0b, 0x0c],
  [0x0e, 0x1f],
  [0x7f, 0x9f],
  [0xad, 0xad], // soft hyphen
  [0x34f, 0x34f], // combining grapheme joiner
  [0x61c, 0x61c], // bidirectional marks
  [0x115f, 0x1160], // Hangul fillers
  [0x17b4, 0x17b5],
  [0x180e, 0x180e],
  [0x200b, 0x200b], // zero-width space
  [0x200e, 0x200f],
  [0x202a, 0x202e], // bidirectional embeddings and overrides
  [0x2060, 0x206f], // word joiner, invisible operators, bidirectional isolates
  [0x3164, 0x3164],
  [0xfe00, 0xfe0d], // variation selectors, of which any byte can be spelt
  [0xfeff, 0xfeff],
  [0xffa0, 0xffa0],
  [0xfff0, 0xfffb],
  [0x1bca0, 0x1bca3],
  [0x1d173, 0x1d17a],
  [0xe0000, 0xe0fff], // tags and more variation selectors
]

const escape = (point: number) => `\\u{${point.toString(16)}}`
const invisible = ranges.map(([from, to]) => `${escape(from)}-${escape(to)}`).join('')

/** Scripts in which a joiner changes how letters look: https://www.unicode.org/reports/tr31/#Layout_and_Format_Control_Characters */
const joiningScripts = [
  ...['Arabic', 'Syriac', 'Nko', 'Mongolian', 'Devanagari', 'Bengali', 'Gurmukhi', 'Gujarati'],
  ...['Oriya', 'Tamil', 'Telugu', 'Kannada', 'Malayalam', 'Sinhala', 'Khmer', 'Myanmar'],
]
const emoji = String.raw`\p{Extended_Pictographic}\p{Emoji_Modifier}`
const joined = `${emoji}${joiningScripts.map((name) => String.raw`\p{scx=${name}}`).join('')}`
const selected = String.raw`\p{Extended_Pictographic}0-9#*`

const hidden = new RegExp(
  [
    // What terminals take for commands: https://ecma-international.org/publications-and-standards/standards/ecma-48/
    String.raw`\u{1b}\[[0-?]*[ -/]*[@-~]`,
    String.raw`\u{1b}\][^\u{7}\u{1b}]*(?:\u{7}|\u{1b}\\)`,
    `[${invisible}]`,
    // Joiners and selectors stay where they join or select something.
    `(?<![${joined}${escape(0xfe0f)}])[${escape(0x200c)}${escape(0x200d)}]`,
    `[${escape(0x200c)}${escape(0x200d)}](?![${joined}])`,
    `(?<![${selected}])[${escape(0xfe0e)}${escape(0xfe0f)}]`,
  ].join('|'),
  'gu',
)

/** The text as people see it: without what only a model would read. */
export function visibleText(text: string): string {
  return isPlain(text) ? text : text.replace(hidden, '')
}

/** Most text has nothing but printable ASCII and line breaks. */
const plain = /^[\t\n\r\x20-\x7e]*$/

function isPlain(text: string): boolean {
  return plain.test(text)
}
