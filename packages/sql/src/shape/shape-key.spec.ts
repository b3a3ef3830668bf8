import fc from 'fast-check'
import { parseSync } from 'libpg-query'
import { loadParser } from '../parser'
import { readJson } from '../testing/reference'
import { shapeKey } from './shape-key'

beforeAll(loadParser)

const seed = 20261122
const cases = Number(process.env['WARDGATE_SHAPE_CASES'] ?? 20_000)

/** Positions in the text differ with the length of constants. */
const position = /location$|^stmt_len$|list_(start|end)$/

/** The tree without positions, every constant replaced by a mark that keeps only whether it is NULL or a boolean. */
function skeleton(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(skeleton)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value as Record<string, unknown>)
  const [first] = entries
  if (first?.[0] === 'A_Const') {
    const constant = first[1] as Record<string, unknown>
    return 'isnull' in constant ? 'null' : 'boolval' in constant ? constant['boolval'] : 'constant'
  }
  return Object.fromEntries(
    entries.filter(([key]) => !position.test(key)).map(([key, inner]) => [key, skeleton(inner)]),
  )
}

function treeOf(text: string): string | undefined {
  try {
    return JSON.stringify(skeleton(parseSync(text)))
  } catch {
    return undefined
  }
}

const pieces = [
  'select',
  'from',
  'where',
  'and',
  'or',
  'not',
  'null',
  'true',
  'a',
  'b',
  't',
  'E',
  'B',
  'x',
  'n',
  'U&',
  'as',
  'limit',
  'order by',
  'group by',
  'insert into t values',
  'update t set',
  'delete from t',
  'with',
  'union',
  'float',
  'date',
  'interval',
  'between',
  'in',
  'is',
  'values',
  'uescape',
  'cast',
  'case when',
  'then',
  'end',
  '*',
  ',',
  '(',
  ')',
  '[',
  ']',
  '.',
  '..',
  ';',
  ':',
  '::',
  ':=',
  '=',
  '<>',
  '-',
  '+',
  '--',
  '/*',
  '*/',
  '/',
  '||',
  '<',
  '>',
  '@',
  '~',
  '?',
  '|',
  '%',
  '#',
  '!',
  '&',
  '^',
  '->',
  '=>',
  '=-',
  '@-',
  '1',
  '0',
  '1.5',
  '.5',
  '2.',
  '1e3',
  '0x1F',
  '1_000',
  '1a',
  '007',
  '$1',
  '$2',
  '$$',
  '$a$',
  '$',
  "'",
  "''",
  "'a'",
  "'b''c'",
  "E'\\''",
  "'\\'",
  '"',
  '"a"',
  '"A b"',
  '""',
  ' ',
  '  ',
  '\n',
  '\r',
  '\t',
  '\f',
  '\v',
  '\u00a0',
  'é',
  '\u0001',
  '\u0000',
  '-- c\n',
  '-- c\r',
  '/* c */',
  '/* /* */ */',
  "/* ' */",
  "-- '\n",
  "'--'",
  "'/*'",
  'int4',
  'count(*)',
  'float(24)',
  '\u00a0',
  '\u3000',
  'float(53)',
  'numeric(10,2)',
]

const fragment = fc.oneof(
  { weight: 9, arbitrary: fc.constantFrom(...pieces) },
  { weight: 1, arbitrary: fc.string({ maxLength: 3 }) },
)
const sentence = fc.array(fragment, { minLength: 1, maxLength: 14 }).map((parts) => parts.join(''))
const spaced = fc
  .array(fragment, { minLength: 1, maxLength: 12 })
  .map((parts) => `select ${parts.join(' ')}`)

const statements = (() => {
  const { reads, writes } = readJson<{ reads: string[]; writes: string[] }>('benign.json')
  return [...reads, ...writes].filter((sql) => sql.length < 400 && shapeKey(sql) !== undefined)
})()

const literal = fc.constantFrom(
  '1',
  '42',
  '0',
  '3.25',
  '.5',
  '1e9',
  '-7',
  "'x'",
  "''",
  "'it''s'",
  "E'\\'x'",
  '$$y$$',
  '$q$ z $q$',
  "'--'",
  "'/*'",
  "B'1'",
  'null',
  'true',
  '-- c\n5',
  '/* c */ 6',
  '"a"',
  '$1',
)
const gap = fc.constantFrom(' ', '  ', '\n', '\t', '/* c */', ' -- c\n', '\r', '')

/** A real statement with its constants and blanks changed here and there. */
const mutated = fc
  .record({
    sql: fc.constantFrom(...statements),
    literals: fc.array(literal, { minLength: 1, maxLength: 6 }),
    gaps: fc.array(gap, { minLength: 1, maxLength: 6 }),
  })
  .map(({ sql, literals, gaps }) => {
    let count = 0
    return sql
      .replace(/'[^']*'|\b\d+(?:\.\d+)?\b/g, (found) => {
        count += 1
        return count % 2 === 0 ? found : (literals[count % literals.length] ?? found)
      })
      .replace(/ /g, (found) => {
        count += 1
        return count % 3 === 0 ? (gaps[count % gaps.length] ?? found) : found
      })
  })

/** Every text is compared with the first text of its key. */
function checker(): (text: string) => void {
  const seen = new Map<string, { text: string; tree: string }>()
  return (text) => {
    const key = shapeKey(text)
    const tree = key === undefined ? undefined : treeOf(text)
    if (key === undefined || tree === undefined) return
    const before = seen.get(key)
    if (before === undefined) seen.set(key, { text, tree })
    else if (before.tree !== tree) throw new Error(JSON.stringify([before.text, text]))
  }
}

describe('shape keys against the real parser', () => {
  it.each([
    ['pieces glued together', sentence],
    ['pieces after SELECT', spaced],
    ['real statements with other constants, comments and blanks', mutated],
  ])('two texts with one key have one tree but for constants: %s', (_name, texts) => {
    const check = checker()
    expect(() => {
      fc.assert(fc.property(texts, check), { seed, numRuns: Math.ceil(cases / 3) })
    }).not.toThrow()
  })

  it('holds when a constant is exchanged for another of its kind', () => {
    const pool = [
      '1',
      '23',
      '4.5',
      '1e9',
      "'a'",
      "''",
      "'it''s'",
      "E'\\''",
      '$$q$$',
      "'; drop table t --'",
    ]
    let shared = 0
    for (const left of pool) {
      for (const right of pool) {
        const texts = [left, right].map(
          (value) => `select * from t where a = ${value} and b in (${value}, 2)`,
        )
        const [first, second] = texts.map(shapeKey)
        if (first === undefined || first !== second) continue
        shared += 1
        expect(treeOf(texts[0] ?? '')).toBe(treeOf(texts[1] ?? ''))
      }
    }
    expect(shared).toBeGreaterThan(30)
  })
})

describe('shape keys', () => {
  it('shares a key over constants, comments and blanks', () => {
    expect(shapeKey('SELECT a FROM t WHERE b = 1')).toBe(
      shapeKey('SELECT a  FROM t/* x */WHERE b = 2 -- y'),
    )
    expect(shapeKey("SELECT 'a'")).toBe(shapeKey('SELECT $$b$$'))
  })

  it.each([
    ['a number and a string', 'select 1', "select '1'"],
    ['a constant and NULL', 'select 1', 'select null'],
    ['a constant and a column', 'select 1', 'select a'],
    ['a string and an identifier', "select 'a'", 'select "a"'],
    ['lists of different lengths', 'select 1, 2', 'select 1'],
    ['operators apart and together', 'select 1 @ -2', 'select 1 @- 2'],
    ['parameters', 'select $1', 'select $2'],
    ['names that end in a blank beyond ASCII', 'delete from t', 'delete from t\u00a0\n'],
    ['float precisions', 'select a::float(24)', 'select a::float(53)'],
  ])('tells %s apart', (_name, left, right) => {
    expect(shapeKey(left)).not.toBe(shapeKey(right))
  })

  it.each([
    ['several statements', 'select 1; select 2'],
    ['statements that are no queries', 'set a = 1'],
    ['an unterminated string', "select 'a"],
    ['an unterminated identifier', 'select "a'],
    ['an unterminated comment', 'select 1 /* /* */'],
    ['an unterminated dollar quote', 'select $a$ b $b$'],
    ['a NUL', 'select 1\0'],
    ['a NUL in a string', "select 'a\0'"],
    ['unicode escapes', "select U&'\\0041' uescape '!'"],
    ['unicode identifiers', 'select U&"\\0041"'],
    ['junk after a number', 'select 1a'],
    ['hexadecimal numbers', 'select 0x1F'],
    ['a number with underscores', 'select 1_000'],
    ['two dots after a number', 'select 1..2'],
    ['strings that continue over lines', "select 'a'\n'b'"],
    ['a vertical tab', 'select\v1'],
    ['national character strings', "select N'a'"],
    ['backslashes', 'select \\1'],
    ['nothing', '  -- only a comment'],
  ])('gives no key for %s', (_name, sql) => {
    expect(shapeKey(sql)).toBeUndefined()
  })
})
