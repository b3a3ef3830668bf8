import type {
  Assignment,
  Command,
  Compound,
  Redirect,
  SimpleCommand,
  Statement,
  Word,
} from '../grammar/tree'
import { type Argument, joined, prefixOf, valueOf } from '../words/argument'
import { readQuoted, readWord, type WordEffects } from '../words/read-word'
import { isHarmlessVariable, isMeaningfulVariable } from './variables'
import type { Work } from './work'

/** Reads statements in whatever order and however often they run: each is taken to run. */
export function readStatements(statements: readonly Statement[], work: Work): void {
  for (const statement of statements) new StatementReader(work).read(statement)
}

/** Constructs that a POSIX shell without them takes for a command, or for several. */
const bashOnly: Readonly<Partial<Record<Compound['construct'], string>>> = {
  test: '[[ … ]]',
  arithmetic: '((…))',
  coprocess: 'coproc',
}

class StatementReader {
  private readonly effects: WordEffects
  private readonly work: Work

  constructor(work: Work) {
    this.work = work
    this.effects = {
      ambiguous: (what) => {
        if (work.dialect !== 'bash') work.opaque(`shells differ in what they make of ${what}`)
      },
      runs: (statements) => {
        readStatements(statements, work)
      },
      evaluates: (leaves) => {
        this.evaluate(leaves)
      },
      sets: (name) => {
        this.assign(name)
      },
      opaque: (reason) => {
        work.opaque(reason)
      },
    }
  }

  read({ command, redirects, background }: Statement): void {
    if (background) this.work.risk('persistence')
    const inputs = redirects.map((redirect) => this.redirect(redirect))
    // Of several, the last one counts; one alone is beyond doubt.
    const [input, ...more] = inputs.filter((_, at) => isInput(redirects[at]))
    if (command) this.command(command, more.length === 0 ? input : undefined)
  }

  private command(command: Command, input: string | undefined): void {
    switch (command.kind) {
      case 'simple':
        this.simple(command, input)
        return
      case 'declaration':
        this.declaration(command.variant, command.assignments)
        return
      case 'compound':
        this.compound(command)
    }
  }

  private simple({ assignments, words }: SimpleCommand, input: string | undefined): void {
    const argv = words.map((word) => this.word(word))
    for (const assignment of assignments) {
      this.values(assignment)
      if (assignment.name === undefined) continue
      if (argv.length === 0) this.assign(assignment.name)
      else this.environment(assignment.name)
    }
    if (argv.length > 0) this.work.command({ argv, ...(input !== undefined && { input }) })
  }

  private declaration(variant: string, assignments: readonly Assignment[]): void {
    for (const assignment of assignments) {
      const values = this.values(assignment)
      const { name } = assignment
      if (name === undefined) this.declaredWord(variant, values)
      else if (variant === 'export') this.environment(name)
      else this.assign(name)
    }
  }

  /** An option, or a name that is only known when it runs. */
  private declaredWord(variant: string, values: readonly Argument[]): void {
    for (const value of values)
      if (!/^-[gpxrlu]+$/.test(valueOf(value) ?? ''))
        this.work.opaque(`${variant} has arguments that are not understood`)
      else if (prefixOf(value).includes('x')) this.work.opaque(`${variant} exports variables`)
  }

  private compound({ construct, statements, words, arithmetic, names }: Compound): void {
    const differs = bashOnly[construct]
    if (differs !== undefined) this.effects.ambiguous(differs)
    if (construct === 'time' && statements.some((timed) => this.beginsWithOption(timed)))
      this.work.opaque('time with an option is a program in some shells, which may write a file')
    if (construct === 'coprocess') this.work.risk('persistence')
    if (construct !== 'function') for (const name of names) this.assign(name)
    for (const word of words) this.word(word)
    this.evaluate(arithmetic)
    readStatements(statements, this.work)
  }

  private beginsWithOption({ command }: Statement): boolean {
    const [first] = command?.kind === 'simple' ? command.words : []
    return first !== undefined && prefixOf(this.word(first)).startsWith('-')
  }

  private word(word: Word): Argument {
    return readWord(word, this.effects)
  }

  private values({ values, arithmetic }: Assignment): readonly Argument[] {
    this.evaluate(arithmetic)
    return values.map((word) => this.word(word))
  }

  /** bash evaluates the value of a variable as an expression again, and a subscript in it may run commands. */
  private evaluate(leaves: readonly Word[]): void {
    for (const leaf of leaves)
      if (!/^[0-9#]*$/.test(valueOf(this.word(leaf)) ?? '?'))
        this.work.opaque('arithmetic on a variable can run what the variable holds')
  }

  private assign(name: string): void {
    if (isMeaningfulVariable(name))
      this.work.opaque(`setting ${name} changes what later commands mean`)
  }

  private environment(name: string): void {
    if (!isHarmlessVariable(name))
      this.work.opaque(`${name} is set for a program, and what that changes is not known`)
  }

  /** The input that it gives, when every byte of that is known. */
  private redirect({ operator, word, body }: Redirect): string | undefined {
    if (body !== undefined) {
      const text = valueOf(joined(readQuoted(body.parts, this.effects)))
      const quoted = word.parts.some(({ kind }) => kind !== 'literal')
      return quoted && body.parts.every(({ kind }) => kind === 'literal')
        ? body.parts.map((part) => (part.kind === 'literal' ? part.text : '')).join('')
        : this.unquotedInput(text)
    }
    const target = this.word(word)
    if (operator === '<<<') {
      this.effects.ambiguous('<<<')
      return valueOf(target)
    }
    if (operator === '&>' || operator === '&>>') this.effects.ambiguous(operator)
    this.file(operator, target)
    return undefined
  }

  /** A body with backslashes is not what a shell in it would read. */
  private unquotedInput(text: string | undefined): string | undefined {
    return text?.includes('\\') === false ? text : undefined
  }

  private file(operator: Redirect['operator'], target: Argument): void {
    const isDescriptor = /^(?:\d+-?|-)$/.test(valueOf(target) ?? '')
    if ((operator === '<&' || operator === '>&') && isDescriptor) return
    const network = /^\/dev\/(?:tcp|udp)\/(?<host>[^/]+)\/(?<port>[^/]+)$/.exec(
      valueOf(target) ?? '',
    )
    if (network)
      this.work.forward(`${network.groups?.['host'] ?? '*'}:${network.groups?.['port'] ?? '*'}`)
    else {
      if (operator === '<' || operator === '<>' || operator === '<&') this.work.path('read', target)
      if (operator !== '<' && operator !== '<&') this.work.path('write', target)
    }
  }
}

/** Whether it says what standard input is. */
function isInput(redirect: Redirect | undefined): boolean {
  return redirect?.operator.startsWith('<') === true && /^0?$/.test(redirect.descriptor)
}
