import type { ActionName, Facts } from '@wardgate/policy'
import { scoreShellRisk, type ShellRiskFactor } from '../risk/factors'
import type { ShellDialect, ShellSettings } from '../settings'
import { type Argument, childOf } from '../words/argument'
import { canonicalLine } from '../words/canonical'
import {
  isNowhere,
  isSensitive,
  isSystemFile,
  namedPath,
  type NamedPath,
  pathResource,
} from './paths'

type PathAction = Extract<ActionName, 'read' | 'write' | 'delete' | 'create' | 'alter'>

const anyName: Argument = { segments: [{ kind: 'unknown', many: false, pattern: true }] }

/** More than this in one text is opaque: nobody could judge it. */
const maxActions = 500
const maxDepth = 12
const maxRuns = 1_000

/** One run of a program: its name and arguments, and what its standard input is known to hold. */
export interface Invocation {
  readonly argv: readonly Argument[]
  readonly input?: string
}

/** How texts and commands are read; given, so that programs can hold commands and commands run programs. */
export interface Reader {
  text(text: string, work: Work): void
  command(invocation: Invocation, work: Work): void
}

/** What is found while one text is read, texts within it included. */
export class Work {
  /** Whether the working directory is known no more. */
  moved = false
  private depth = 0
  private runs = 0
  private readonly others = new Set<string>()
  private readonly paths: { readonly action: PathAction; readonly path: NamedPath }[] = []
  private readonly lines = new Set<string>()
  private readonly names: string[] = []
  private readonly reasons = new Set<string>()
  private readonly risks = new Set<ShellRiskFactor>()

  /** Of the shell that reads the text at hand. */
  dialect: ShellDialect
  /** Whether programs have a terminal, where pagers take commands. */
  readonly terminal: boolean
  private readonly directory: string
  private readonly reader: Reader

  constructor(
    settings: ShellSettings,
    { terminal, directory = '' }: { readonly terminal: boolean; readonly directory?: string },
    reader: Reader,
  ) {
    this.dialect = settings.shell
    this.terminal = terminal
    this.directory = directory
    this.reader = reader
  }

  /** A text that a shell runs; what stands within it is read into the same work. */
  text(text: string, dialect: ShellDialect = this.dialect): void {
    const outer = this.dialect
    this.dialect = dialect
    this.within(() => {
      this.reader.text(text, this)
    })
    this.dialect = outer
  }

  /** A command that another one runs. */
  command(invocation: Invocation): void {
    this.within(() => {
      this.reader.command(invocation, this)
    })
  }

  private within(read: () => void): void {
    this.runs += 1
    if (this.depth >= maxDepth || this.runs > maxRuns) {
      this.opaque('commands hold commands too deeply')
      return
    }
    this.depth += 1
    read()
    this.depth -= 1
  }

  opaque(reason: string): void {
    if (this.reasons.size < 20) this.reasons.add(reason)
    this.risks.add('opaque-command')
  }

  risk(factor: ShellRiskFactor | undefined): void {
    if (factor !== undefined) this.risks.add(factor)
  }

  /** A command, by its whole argument list. */
  exec(argv: readonly Argument[], name: string): void {
    this.addLine(canonicalLine(argv))
    this.names.push(name)
  }

  /** The same command once more, by the bare name of a program that lies in a place of its own. */
  execAs(argv: readonly Argument[]): void {
    this.addLine(canonicalLine(argv))
  }

  path(action: PathAction, argument: Argument): void {
    if (this.hasRoom(this.paths.length)) this.paths.push({ action, path: namedPath(argument) })
  }

  forward(address: string): void {
    this.others.add(`forward address:${address}`)
    this.risk('forwarding')
  }

  /** A file or a directory, and everything below it. */
  tree(action: PathAction, argument: Argument): void {
    this.path(action, argument)
    this.path(action, childOf(argument, anyName))
  }

  facts(): Facts {
    const files = [...this.fileActions()]
    for (const { action, resource } of files) this.assessPath(action, resource)
    if (this.names.length > 5) this.risks.add('many-commands')
    const programs = [...new Set(this.names)].sort()
    const of = (...wanted: PathAction[]) => [
      ...new Set(
        files.flatMap(({ action, resource }) =>
          wanted.includes(action) ? [resource.slice('path:'.length)] : [],
        ),
      ),
    ]
    return {
      kind: 'shell',
      summary: summary(programs),
      actions: [
        ...[...this.lines].map((line) => ({
          action: 'exec' as const,
          resource: `command:${line}`,
        })),
        ...files,
        ...[...this.others].map((text) => ({
          action: 'forward' as const,
          resource: text.slice(8),
        })),
      ],
      opaque: [...this.reasons],
      risk: scoreShellRisk(this.risks),
      detail: {
        'shell.commands': [...this.lines].map((line) => line.split(' ', 1)[0] ?? ''),
        'shell.argv': [...this.lines],
        'shell.programs': programs,
        'shell.reads': of('read'),
        'shell.writes': of('write', 'delete', 'create', 'alter'),
        'shell.terminal': this.terminal,
      },
      literalsMatter: true,
    }
  }

  private *fileActions() {
    const seen = new Set<string>()
    for (const { action, path } of this.paths) {
      const resource = pathResource(path, this.moved ? undefined : this.directory)
      if (isNowhere(resource) || seen.has(`${action} ${resource}`)) continue
      seen.add(`${action} ${resource}`)
      yield { action, resource }
    }
  }

  private assessPath(action: PathAction, resource: string): void {
    if (action === 'read') {
      if (isSensitive(resource)) this.risks.add('sensitive-file')
      return
    }
    this.risks.add('file-change')
    if (action === 'delete') this.risks.add('file-destruction')
    if (isSystemFile(resource)) this.risks.add('system-file')
  }

  private addLine(line: string): void {
    if (this.hasRoom(this.lines.size)) this.lines.add(line)
  }

  private hasRoom(used: number): boolean {
    if (used < maxActions) return true
    this.opaque(`the text does more than ${maxActions} things`)
    return false
  }
}

const shownPrograms = 5

/** Names of programs only: their arguments may be secrets. */
function summary(programs: readonly string[]): string {
  if (programs.length === 0) return 'a command line that runs no program'
  const shown = programs.slice(0, shownPrograms).join(', ')
  const more = programs.length - shownPrograms
  return `runs ${shown}${more > 0 ? ` and ${more} more` : ''}`
}
