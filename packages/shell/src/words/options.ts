import {
  type Argument,
  mayHideOption,
  prefixOf,
  textArgument,
  valueOf,
  withoutPrefix,
} from './argument'

/** Options of a program in getopt's notation: `ab:` = -a, and -b with a value; `long=` takes one. */
export interface OptionSpec {
  readonly short: string
  readonly long?: readonly string[]
  /** Everything from the first operand on is somebody else's. */
  readonly stopAtOperand?: boolean
}

export interface ReadOptions {
  readonly options: readonly { readonly name: string; readonly value?: Argument }[]
  readonly operands: readonly Argument[]
  /** Options that are not in the spec, or not known statically. */
  readonly problem?: string
}

/** Reads arguments as getopt_long does; long options may be abbreviated. */
export function readOptions(args: readonly Argument[], spec: OptionSpec): ReadOptions {
  return new OptionReader(args, spec).read()
}

class OptionReader {
  private readonly options: { name: string; value?: Argument }[] = []
  private readonly operands: Argument[] = []
  private problem: string | undefined
  private at = 0

  private readonly args: readonly Argument[]
  private readonly spec: OptionSpec

  constructor(args: readonly Argument[], spec: OptionSpec) {
    this.args = args
    this.spec = spec
  }

  read(): ReadOptions {
    for (; this.at < this.args.length; this.at += 1) {
      const argument = this.args[this.at]
      if (argument === undefined || this.problem !== undefined) break
      if (valueOf(argument) === '--') {
        this.operands.push(...this.args.slice(this.at + 1))
        break
      }
      if (mayHideOption(argument) && !this.isKnownLong(argument)) {
        this.problem = 'an argument that is not known may be an option'
        this.operands.push(argument)
        break
      }
      if (this.readOne(argument)) continue
      this.operands.push(argument)
      if (!this.spec.stopAtOperand) continue
      this.operands.push(...this.args.slice(this.at + 1))
      break
    }
    const { options, operands, problem } = this
    return { options, operands, ...(problem !== undefined && { problem }) }
  }

  private isKnownLong(argument: Argument): boolean {
    const prefix = prefixOf(argument)
    return (
      /^--[a-z-]+=/.test(prefix) &&
      !argument.segments.some((item) => item.kind === 'unknown' && item.many)
    )
  }

  /** False when the argument is an operand. */
  private readOne(argument: Argument): boolean {
    const text = prefixOf(argument)
    if (text.startsWith('--') && text.length > 2) this.readLong(text, argument)
    else if (text.startsWith('-') && text.length > 1) this.readShort(text.slice(1))
    else return false
    return true
  }

  private readLong(text: string, argument: Argument): void {
    const equals = text.indexOf('=')
    const given = text.slice(2, equals < 0 ? undefined : equals)
    const name = this.longName(given)
    if (name === undefined) this.problem = `--${given} is not understood`
    else if (equals >= 0)
      this.options.push({
        name: name.replace('=', ''),
        value: withoutPrefix(argument, equals + 1),
      })
    else if (name.endsWith('=')) this.pushValued(name.slice(0, -1))
    else this.options.push({ name })
  }

  private longName(given: string): string | undefined {
    const all = this.spec.long ?? []
    const exact = all.find((name) => name === given || name === `${given}=`)
    if (exact !== undefined) return exact
    const [only, other] = all.filter((name) => name.startsWith(given))
    return other === undefined ? only : undefined
  }

  private readShort(letters: string): void {
    for (let at = 0; at < letters.length; at += 1) {
      const letter = letters.charAt(at)
      const index = letter === ':' ? -1 : this.spec.short.indexOf(letter)
      if (index < 0) {
        this.problem = `-${letter} is not understood`
        return
      }
      const takesValue = this.spec.short.charAt(index + 1) === ':'
      const rest = letters.slice(at + 1)
      if (!takesValue) this.options.push({ name: letter })
      else if (rest !== '') this.options.push({ name: letter, value: textArgument(rest) })
      else this.pushValued(letter)
      if (takesValue) return
    }
  }

  private pushValued(name: string): void {
    this.at += 1
    const value = this.args[this.at]
    if (value === undefined) this.problem = `the value of ${name} is missing`
    // What may be several words or none shifts everything behind it.
    else if (value.segments.some((item) => item.kind === 'unknown' && item.many))
      this.problem = `the value of ${name} may be several words`
    else this.options.push({ name, value })
  }
}
