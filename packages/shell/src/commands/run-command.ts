import { programs } from '../programs'
import { programRisks } from '../risk/programs'
import { type Argument, textArgument, valueOf } from '../words/argument'
import type { Invocation, Work } from './work'

/** Where programs of the system lie: a name from there is the program that goes by it. */
const systemDirectory = /^\/(?:usr\/)?(?:local\/)?s?bin\//

/** One command of an argument list whose first word is its name. */
export function runCommand({ argv, input }: Invocation, work: Work): void {
  const [word, ...args] = argv
  if (word === undefined) return
  const path = commandName(word)
  if (path === undefined) {
    work.exec(argv, '*')
    work.opaque('the name of a command is computed')
    return
  }
  const name = path.slice(path.lastIndexOf('/') + 1)
  const isSystem = !path.includes('/') || path.replace(systemDirectory, '') === name
  const named = [textArgument(name), ...args]
  if (isSystem) work.exec(named, name)
  else {
    work.exec(argv, name)
    work.execAs(named)
  }
  work.risk(programRisks.get(name))
  const reading = { name, args, ...(input !== undefined && { input }) }
  for (const read of programs.get(name) ?? programs.get(plainName(name)) ?? []) read(reading, work)
  readByForm(name, args, work)
}

/** `~/bin/x` has a name, and so has every word without an unknown part. */
function commandName(word: Argument): string | undefined {
  const { segments } = word
  const path =
    segments[0]?.kind === 'home' ? valueOf({ segments: segments.slice(1) }) : valueOf(word)
  return segments[0]?.kind === 'home' && path !== undefined ? `~${path}` : path
}

/** `gcc-12`, `x86_64-linux-gnu-gcc`, `vim.basic`, `nc.openbsd`: a program by the name of its version or its kind. */
function plainName(name: string): string {
  return name
    .replace(/^[\w]+-(?:[\w]+-)?(?:linux|none|w64|apple|pc)[\w]*(?:-[\w]+)?-/, '')
    .replace(/(?:-\d[\d.]*|\.(?:basic|tiny|nox|gtk3?|athena|openbsd|traditional|static|vi))$/, '')
}

/** Names that are many: versions of interpreters and makers of file systems. */
function readByForm(name: string, args: readonly Argument[], work: Work): void {
  const interpreter = /^(python|perl|ruby|lua|php|pypy)[\d.]+$/.exec(name)?.[1]
  if (interpreter !== undefined && !programs.has(name)) {
    work.risk('runs-code')
    for (const read of programs.get(interpreter === 'pypy' ? 'python' : interpreter) ?? [])
      read({ name, args }, work)
  }
  if (/^mkfs\./.test(name)) work.risk('file-destruction')
  if (/^ld(?:-linux[\w-]*|-musl[\w-]*|)\.so/.test(name))
    work.opaque('the loader runs any file as a program')
}
