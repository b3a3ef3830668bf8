import { spawnSync } from 'node:child_process'
import fc from 'fast-check'
import { loadShellParser } from './grammar/grammar'
import { factsOf } from './testing/reference'
import { textArgument } from './words/argument'
import { canonicalArgument } from './words/canonical'

beforeAll(loadShellParser)

const letters = (text: string) => Array.from(text)

/** What a pattern's author reads: the inverse of the canonical form. */
function decode(argument: string): string {
  if (argument === "''") return ''
  return argument.replace(/\\(?:u\{([0-9a-f]+)\}|(.))/gsu, (_all, code?: string, plain?: string) =>
    code === undefined ? (plain ?? '') : String.fromCodePoint(parseInt(code, 16)),
  )
}

const quote = (text: string) => `'${text.replaceAll("'", "'\\''")}'`
const printable = fc.string({
  unit: fc.constantFrom(...letters(' \t\'"\\$`*?[]{}~#;&|<>()!=,.-ab/é')),
})

describe('the canonical form', () => {
  it('tells every argument from every other', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const canonical = canonicalArgument(textArgument(text))
        expect(decode(canonical)).toBe(text)
        expect(canonical.replace(/\\./gsu, '')).not.toMatch(/[ *\n]/)
      }),
    )
  })

  it('is what a quoted word stands for', () => {
    fc.assert(
      fc.property(printable, (text) => {
        const expected = `command:echo ${canonicalArgument(textArgument(text))}`
        expect(factsOf(`echo ${quote(text)}`).actions[0]?.resource).toBe(expected)
      }),
    )
  })
})

describe('quote removal', () => {
  /** Words whose value does not depend on files or variables. */
  const piece = fc.oneof(
    fc.string({ unit: fc.constantFrom(...letters('ab,.-=/:%@+_')), minLength: 1 }),
    printable.map(quote),
    printable.map((text) => `"${text.replace(/[$`"\\]/g, '\\$&')}"`),
    fc
      .array(fc.constantFrom('a', ' ', '\\n', '\\a', '\\\\', '\\$', '\\"', '\\`', '\\\n', "'"), {
        maxLength: 4,
      })
      .map((units) => `"${units.join('')}"`),
    fc.constantFrom(...letters(' \'"\\$`*?[]{}~#;&|<>()!')).map((character) => `\\${character}`),
    fc.constant("''"),
    fc.constant('\\\n'),
  )
  const word = fc
    .array(piece, { minLength: 1, maxLength: 4 })
    .map((pieces) => `x${pieces.join('')}`)

  it.each(['bash', 'dash'])('gives the arguments that %s gives', (shell) => {
    const lines = fc.sample(fc.array(word, { minLength: 1, maxLength: 4 }), {
      numRuns: 300,
      seed: 7,
    })
    const texts = lines.map((words) => `show ${words.join(' ')}`)
    const script = `show() { for a in "$@"; do printf '%s\\0' "$a"; done; printf '\\1'; }\n${texts.join('\n')}\n`
    const { stdout } = spawnSync(shell, ['-c', script], { encoding: 'utf8' })
    const seen = stdout
      .split('\u0001')
      .slice(0, -1)
      .map((line) => line.split('\0').slice(0, -1))
    const read = texts.map((text) =>
      (factsOf(text).detail['shell.argv'] as string[])[0]
        ?.match(/(?:\\.|[^\\ ])+/gsu)
        ?.slice(1)
        .map(decode),
    )
    expect(read).toEqual(seen)
  })
})

describe('reading command lines', () => {
  const token = fc.constantFrom(
    ..."rm;ls;$x;$(;);`;\";';\\;|;&&;||;&;;;\n;{;};(;<;>;<<E;E;<<<;2>&1;if;then;fi;for;do;done;case;esac;in;[[;]];((;$((;${x:-;$';#;*;~;=;!;-c;sh;eval;find;-exec;sed;s/a/b/e;é;\u202e;\ud800".split(
      ';',
    ),
  )

  it('never throws, and grants nothing of what it cannot read', () => {
    fc.assert(
      fc.property(fc.array(token, { maxLength: 25 }), fc.boolean(), (tokens, spaced) => {
        const facts = factsOf(tokens.join(spaced ? ' ' : ''))
        expect(facts.actions.length + facts.opaque.length).toBeGreaterThanOrEqual(0)
        for (const { resource } of facts.actions)
          expect(resource).toMatch(/^(command|path|address):/)
      }),
      { numRuns: 400 },
    )
  })

  it.each([
    ['a long text', 'a'.repeat(20_000)],
    ['many commands', 'a;'.repeat(2_000)],
    ['nested groups', '( '.repeat(300) + 'a' + ' )'.repeat(300)],
    ['nested substitutions', '$('.repeat(190) + 'a' + ')'.repeat(190)],
    ['nested evaluation', `${'eval '.repeat(40)}rm x`],
  ])('refuses %s in time', (_what, text) => {
    const start = performance.now()
    const { opaque } = factsOf(text)
    expect(opaque).not.toEqual([])
    expect(performance.now() - start).toBeLessThan(2_000)
  })
})
