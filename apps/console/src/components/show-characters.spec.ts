import { census, excerpt, oneLine, showCharacters } from './show-characters'

describe('showCharacters', () => {
  it('leaves plain statements as they are', () => {
    const text = "DELETE FROM payments\n\tWHERE note = '<b>&amp;</b>'"
    expect(showCharacters(text)).toEqual([{ kind: 'plain', text }])
  })

  it.each([
    ['\u202E', 'U+202E'],
    ['\u200B', 'U+200B'],
    ['\u001B', 'U+001B'],
    ['\u0000', 'U+0000'],
    ['\r', 'U+000D'],
    ['\u00A0', 'U+00A0'],
    ['\u2028', 'U+2028'],
    ['\uFEFF', 'U+FEFF'],
    ['\u3164', 'U+3164'],
    ['\u0301', 'U+0301'],
    ['\uFE0F', 'U+FE0F'],
    ['\u{E0041}', 'U+E0041'],
    ['\uD800', 'U+D800'],
    ['\u007F', 'U+007F'],
    ['\u009B', 'U+009B'],
  ])('shows %j as a code point', (character, codePoint) => {
    expect(showCharacters(`a${character}b`)).toEqual([
      { kind: 'plain', text: 'a' },
      expect.objectContaining({ kind: 'hidden', codePoint }),
      { kind: 'plain', text: 'b' },
    ])
  })

  it('marks letters that only look like ASCII', () => {
    expect(showCharacters('p\u0430yments')).toEqual([
      { kind: 'plain', text: 'p' },
      { kind: 'foreign', text: '\u0430' },
      { kind: 'plain', text: 'yments' },
    ])
  })

  it('loses nothing', () => {
    const text = 'é\u202Ex日本\u0000\n\u{1F600}y'
    const back = showCharacters(text)
      .map((segment) =>
        segment.kind === 'hidden'
          ? String.fromCodePoint(Number.parseInt(segment.codePoint.slice(2), 16))
          : segment.text,
      )
      .join('')
    expect(back).toBe(text)
  })
})

describe('census', () => {
  it('counts what is hidden apart from what is foreign', () => {
    expect(census('SELECT\n\t1')).toEqual({ hidden: 0, foreign: 0 })
    expect(census('\u202Ea\u0430\u200B\r\u65E5')).toEqual({ hidden: 3, foreign: 2 })
  })
})

describe('oneLine', () => {
  it('folds white space and shows what is hidden', () => {
    expect(oneLine('SELECT 1\n  ,\u202E2')).toBe('SELECT 1 ,⟨U+202E⟩2')
  })

  it('says that it was cut', () => {
    expect(oneLine('x'.repeat(300), 10)).toBe('xxxxxxxxxx …')
  })
})

describe('excerpt', () => {
  it('is not needed for a short text', () => {
    expect(excerpt('SELECT 1')).toBeUndefined()
    expect(excerpt('x\n'.repeat(35))).toBeUndefined()
  })

  it.each([
    ['many lines', Array.from({ length: 5_000 }, (_, line) => `-- ${line}`).join('\n')],
    ['one long line', 'x'.repeat(50_000)],
  ])('keeps head and tail of %s and counts the rest', (_what, text) => {
    const parts = excerpt(text)
    expect(parts).toBeDefined()
    if (!parts) return
    expect(text.startsWith(parts.head)).toBe(true)
    expect(text.endsWith(parts.tail)).toBe(true)
    expect(parts.head.length + parts.leftOutCharacters + parts.tail.length).toBe(text.length)
  })
})
