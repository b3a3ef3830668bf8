import {
  type Argument,
  prefixOf,
  textArgument,
  unknownArgument,
  valueOf,
  withoutPrefix,
} from '../words/argument'

export interface FileArguments {
  readonly operands: readonly Argument[]
  /** Letters of short options, and names of long ones. */
  readonly flags: ReadonlySet<string>
  /** All that were given, in order. */
  readonly values: ReadonlyMap<string, readonly Argument[]>
  /** Values of options that nobody here knows, as far as they look like names of files. */
  readonly others: readonly Argument[]
}

/** Long options whose values are texts and numbers, or files that are written. */
const plainLong =
  /^(?:out|targ|regexp|format|.*delimiter|.*separator|date|time|indent|suffix|include|exclude(?!-)|label|color|rate|block|xform|transform|strip)/

/** These programs run no others, so what is not understood of their options counts as names of files. */
export function fileArguments(args: readonly Argument[], valued: string): FileArguments {
  const operands: Argument[] = []
  const flags = new Set<string>()
  const values = new Map<string, Argument[]>()
  const others: Argument[] = []
  for (let at = 0; at < args.length; at += 1) {
    const argument = args[at]
    if (argument === undefined) break
    const text = prefixOf(argument)
    if (valueOf(argument) === '--') {
      operands.push(...args.slice(at + 1))
      break
    }
    if (!text.startsWith('-') || text === '-') {
      if (text !== '-') operands.push(argument)
    } else if (text.startsWith('--')) {
      const name = text.slice(2).split('=', 1)[0] ?? ''
      flags.add(name)
      if (!text.includes('=')) continue
      const value = withoutPrefix(argument, name.length + 3)
      add(values, name, value)
      if (!plainLong.test(name) && looksLikeFile(value)) others.push(value)
    } else at += shortOptions(text.slice(1), args[at + 1], { valued, flags, values, others })
  }
  return { operands, flags, values, others }
}

/** One character is a delimiter. */
function looksLikeFile(value: Argument): boolean {
  const text = valueOf(value)
  return text === undefined || (text.length > 1 && /^[.~]|\//.test(text))
}

/** Whether one of these options is there, by its letter or its whole name. */
export function isGiven({ flags }: FileArguments, ...options: readonly string[]): boolean {
  return options.some((option) => flags.has(option))
}

/**
 * The values of options by their letters or their names, abbreviated or not; unknown when they are not told from
 * operands.
 */
export function optionValues(
  { flags, values }: FileArguments,
  letters: string,
  ...names: readonly string[]
): readonly Argument[] {
  const given = [...flags].filter((flag) =>
    flag.length === 1 ? letters.includes(flag) : names.some((name) => name.startsWith(flag)),
  )
  return given.flatMap((flag) => values.get(flag) ?? [unknownArgument])
}

function add(values: Map<string, Argument[]>, name: string, value: Argument): void {
  const before = values.get(name)
  if (before === undefined) values.set(name, [value])
  else before.push(value)
}

/** A slash is no option: what begins with it is the value of the letter before. */
function attached(text: string, others: Argument[]): number {
  if (text.length > 1) others.push(textArgument(text))
  return 0
}

/** How many arguments more were read. */
function shortOptions(
  letters: string,
  next: Argument | undefined,
  into: {
    readonly valued: string
    readonly flags: Set<string>
    readonly values: Map<string, Argument[]>
    readonly others: Argument[]
  },
): number {
  for (let at = 0; at < letters.length; at += 1) {
    const letter = letters.charAt(at)
    into.flags.add(letter)
    if (letter === '/') return attached(letters.slice(at), into.others)
    if (!into.valued.includes(letter)) continue
    const rest = letters.slice(at + 1)
    const value = rest === '' ? next : textArgument(rest)
    if (value) add(into.values, letter, value)
    return rest === '' ? 1 : 0
  }
  return 0
}
