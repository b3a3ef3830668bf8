import { textArgument, unknownArgument, valueOf } from '../words/argument'
import { fileArguments, isGiven, optionValues } from './file-arguments'
import { each, type ProgramTable, type ReadProgram } from './program'

/** These look into every file below a folder without being asked to. */
const deep = new Set(['rg', 'rgrep', 'ag', 'ack', 'ugrep'])

/** A pattern first, unless it came with an option. Without a file, what is searched deeply is the directory at hand. */
const readGrep: ReadProgram = ({ name, args }, work) => {
  const read = fileArguments(args, 'efmABCdD')
  const rest = read.operands
  for (const patterns of optionValues(read, 'f', 'file')) work.path('read', patterns)
  for (const file of read.others) work.path('read', file)
  const given = isGiven(read, 'e', 'f', 'regexp', 'file', 'files')
  const isDeep =
    deep.has(name) ||
    isGiven(read, 'r', 'R', 'recursive', 'dereference-recursive') ||
    optionValues(read, 'd', 'directories').some(
      (way) => !/^(?:read|skip)$/.test(valueOf(way) ?? ''),
    )
  const files = given ? rest : rest.slice(1)
  if (isDeep && files.length === 0) work.tree('read', textArgument('.'))
  for (const file of files)
    if (isDeep) work.tree('read', file)
    else work.path('read', file)
}

/** Modules and data that the program itself names, by jq and both programs that are called yq. */
const readsMore = /\b(?:import|include|load\w*|eval)\b/

/** A program first, unless it is in a file; that and what options name are among the operands otherwise. */
const readJq: ReadProgram = ({ name, args }, work) => {
  const read = fileArguments(args, 'L')
  const rest = read.operands
  const files = isGiven(read, 'f', 'from-file') ? rest : rest.slice(1)
  for (const file of [...files, ...read.others]) work.path('read', file)
  if (args.some((argument) => readsMore.test(valueOf(argument) ?? 'eval')))
    work.path('read', unknownArgument)
  if (name !== 'yq') return
  const splits = isGiven(read, 's', 'split-exp', 'split-exp-file')
  if (splits || isGiven(read, 'i', 'inplace', 'in-place'))
    for (const file of rest) work.path('write', file)
  if (splits) work.path('write', unknownArgument)
}

export const searches: ProgramTable = {
  ...each(
    'grep egrep fgrep rg rgrep ag ack ugrep zgrep zegrep zfgrep bzgrep xzgrep lzgrep zstdgrep',
    readGrep,
  ),
  ...each('jq yq', readJq),
}
