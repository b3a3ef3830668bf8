import type { Work } from '../commands/work'
import { type Argument, mayHideOption, unknownArgument, valueOf } from '../words/argument'
import type { ProgramTable } from './program'

const runs = new Set(['-exec', '-execdir', '-ok', '-okdir'])
const writesFile = new Set(['-fprint', '-fprint0', '-fprintf', '-fls'])

/** The expression of find, as far as it runs, removes or writes. */
export const find: ProgramTable = {
  find({ args }, work) {
    for (let at = 0; at < args.length; at += 1) {
      const argument = args[at]
      const value = argument && valueOf(argument)
      if (value === undefined) hidden(argument, work)
      else if (value === '-delete') removes(args, work)
      else if (writesFile.has(value)) {
        const file = args[at + 1]
        if (file) work.path('write', file)
      } else if (value === '-files0-from') work.opaque('find reads its places from a file')
      else if (runs.has(value)) {
        if (value.endsWith('dir')) work.moved = true
        at = runsCommand(args, at + 1, work)
      }
    }
  },
}

function hidden(argument: Argument | undefined, work: Work): void {
  // A pattern before the expression names places; anywhere, a name that begins with - would be an expression.
  if (argument && mayHideOption(argument))
    work.opaque('an argument of find that is not known may run or remove something')
}

/** Everything below the places may go. */
function removes(args: readonly Argument[], work: Work): void {
  work.risk('file-destruction')
  const end = args.findIndex((argument) => /^[-(!]/.test(valueOf(argument) ?? ''))
  const places = args.slice(0, end < 0 ? args.length : end)
  for (const place of places) work.tree('delete', place)
  if (places.length === 0) work.path('delete', unknownArgument)
}

function runsCommand(args: readonly Argument[], from: number, work: Work): number {
  const argv: Argument[] = []
  for (let at = from; at < args.length; at += 1) {
    const argument = args[at]
    if (argument === undefined) break
    const value = valueOf(argument)
    if (value === ';' || (value === '+' && valueOf(argv.at(-1) ?? unknownArgument) === undefined)) {
      work.command({ argv })
      return at
    }
    argv.push(value?.includes('{}') ? unknownArgument : argument)
  }
  work.opaque('the command that find runs has no end')
  return args.length
}
