import { compileGlob, type Glob } from './glob'

/** Matches the canonical line of a command argument by argument, for rules that grant. */
export interface CommandPattern {
  matches(line: string): boolean
}

/**
 * `*` and `?` stay within one argument; as a whole word at the end `*` stands for any further arguments, and `**`
 * anywhere for any number of them. `**` in a line is what may be several arguments or none: only those match it.
 */
export function compileCommandPattern(pattern: string): CommandPattern {
  const words = splitWords(pattern)
  const compiled = words.map((word, at): Glob | 'any' =>
    word === '**' || (word === '*' && at === words.length - 1) ? 'any' : compileGlob(word),
  )
  return { matches: (line) => matchesWords(compiled, splitWords(line)) }
}

/** Spaces behind a backslash belong to an argument. */
function splitWords(line: string): readonly string[] {
  return line.match(/(?:\\.|[^\\ ])+/gsu) ?? []
}

/** Word by word of the line: `reached[i]` when the first i words of the pattern stand for what was read. */
function matchesWords(pattern: readonly (Glob | 'any')[], line: readonly string[]): boolean {
  let reached = pattern.map((_, at) => pattern.slice(0, at).every((word) => word === 'any'))
  reached.push(pattern.every((word) => word === 'any'))
  for (const text of line) {
    const next = [false]
    pattern.forEach((word, at) => {
      const stays = word === 'any' && ((reached[at + 1] ?? false) || (next[at] ?? false))
      const steps = (reached[at] ?? false) && (word === 'any' || matchesWord(word, text))
      next.push(stays || steps)
    })
    reached = next
  }
  return reached.at(-1) ?? false
}

function matchesWord(glob: Glob, text: string): boolean {
  return !text.replace(/\\./gsu, '').includes('**') && glob.matches(text, 'exact')
}

/** Why a pattern can match no command; undefined when it can. */
export function commandPatternProblem(pattern: string): string | undefined {
  const bare = pattern.replace(/\\./gsu, '_').replace(/(?<=^| )''(?= |$)/g, '_')
  const odd = /["'`$;&|<>(){}#!\\]/.exec(bare)?.[0]
  if (odd !== undefined)
    return `has a ${odd} as it is: commands are matched after quote removal, so write \\${odd}, and a space within an argument as "\\ "`
  return / {2}|^ | $/.test(bare) ? 'has more than one space between two arguments' : undefined
}
