import type { Work } from '../commands/work'
import { type Argument, prefixOf, unknownArgument, valueOf } from '../words/argument'
import { readOptions } from '../words/options'
import { readSedScript } from './sed-script'
import { each, type ProgramTable, type ReadProgram } from './program'

/** What makes an awk program more than a filter: other programs, files, modules, indirect calls. */
const beyondFiltering =
  /system|getline|[|>@]|close|fflush|ENVIRON|PROCINFO|ARGV|ARGC|SYMTAB|FUNCTAB/

const readAwk: ReadProgram = ({ name, args }, work) => {
  const read = readOptions(args, { short: 'F:v:', stopAtOperand: true })
  const [program, ...operands] = read.operands
  const text = program && valueOf(program)
  if (read.problem !== undefined) work.opaque(`${name}: ${read.problem}`)
  else if (text === undefined) work.opaque(`the program that ${name} runs is computed`)
  else if (beyondFiltering.test(text))
    work.opaque(`the program of ${name} may run commands or use other files`)
  for (const file of operands) {
    const name = valueOf(file) ?? ''
    if (/^-./.test(name)) work.opaque(`${name} may be an option of awk`)
    else if (!/^\w+=/.test(name)) work.path('read', file)
  }
}

const readSed: ReadProgram = ({ name, args }, work) => {
  const read = readOptions(args, {
    short: 'nErszue:',
    long: [
      'quiet',
      'silent',
      'regexp-extended',
      'expression=',
      'separate',
      'null-data',
      'unbuffered',
      'posix',
      'sandbox',
      'in-place',
    ],
  })
  const inPlace = args.some((argument) => /^-[nErszu]*i/.test(valueOf(argument) ?? ''))
  if (inPlace || read.options.some((option) => option.name === 'in-place')) {
    readInPlace(args, work)
    return
  }
  if (read.problem !== undefined) work.opaque(`${name}: ${read.problem}`)
  const given = read.options.flatMap(({ name: option, value }) =>
    value !== undefined && (option === 'e' || option === 'expression') ? [value] : [],
  )
  const files = given.length > 0 ? read.operands : read.operands.slice(1)
  for (const script of given.length > 0 ? given : read.operands.slice(0, 1))
    readScript(script, work)
  for (const file of files) work.path('read', file)
}

/** What is kept of the file goes by a name that the suffix makes, in another folder if it likes. */
function keepsElsewhere(argument: Argument): boolean {
  const suffix = /^-(?:[nErszu]*i|-in-place=)(?<suffix>.*)$/s.exec(prefixOf(argument))?.groups
  return (
    suffix !== undefined && (/[/*]/.test(suffix['suffix'] ?? '') || valueOf(argument) === undefined)
  )
}

/** `-i` takes the rest of its word as a suffix; -e and the script are told apart by position. */
function readInPlace(args: readonly Argument[], work: Work): void {
  const rest = args.filter(
    (argument) => !/^-(?:[nErszu]*i|-in-place)/.test(valueOf(argument) ?? ''),
  )
  const read = readOptions(rest, { short: 'nErszue:', long: ['expression='] })
  if (read.problem !== undefined) work.opaque(`sed: ${read.problem}`)
  if (args.some(keepsElsewhere)) work.path('write', unknownArgument)
  const given = read.options.flatMap(({ value }) => value ?? [])
  for (const script of given.length > 0 ? given : read.operands.slice(0, 1))
    readScript(script, work)
  for (const file of given.length > 0 ? read.operands : read.operands.slice(1))
    work.path('write', file)
}

function readScript(script: Argument, work: Work): void {
  const text = valueOf(script)
  if (text === undefined) work.opaque('the script of sed is computed')
  else if (!readSedScript(text))
    work.opaque('the script of sed may run commands or use other files')
}

export const textTools: ProgramTable = {
  ...each('awk gawk mawk nawk', readAwk),
  ...each('sed gsed', readSed),
}
