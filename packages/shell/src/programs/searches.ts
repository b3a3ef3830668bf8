import { textArgument, unknownArgument, valueOf } from '../words/argument'
import { fileArguments, optionValues } from './file-arguments'
import { each, type ProgramTable, type ReadProgram } from './program'

/** These look into every file below a folder without being asked to. */
const deep = new Set(['rg', 'rgrep', 'ag', 'ack', 'ugrep'])

/** A pattern first, unless it came with an option. Without a file, what is searched deeply is the directory at hand. */
const readGrep: ReadProgram = ({ name, args }, work) => {
  const read = fileArguments(args, 'efmABCdD')
  const { operands: rest, flags } = read
  for (const patterns of optionValues(read, 'f', 'file')) work.path('read', patterns)
  for (const file of read.others) work.path('read', file)
  const given = ['e', 'f', 'regexp', 'file', 'files'].some((flag) => flags.has(flag))
  const isDeep =
    deep.has(name) ||
    ['r', 'R', 'recursive', 'dereference-recursive'].some((flag) => flags.has(flag)) ||
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
  const { operands: rest, flags, others } = fileArguments(args, 'L')
  const has = (...wanted: readonly string[]) => wanted.some((flag) => flags.has(flag))
  const isInFile = has('f', 'from-file')
  for (const file of [...(isInFile ? rest : rest.slice(1)), ...others]) work.path('read', file)
  if (args.some((argument) => readsMore.test(valueOf(argument) ?? 'eval')))
    work.path('read', unknownArgument)
  if (name !== 'yq' || !has('i', 'inplace', 'in-place', 's', 'split-exp', 'split-exp-file')) return
  for (const file of rest) work.path('write', file)
  if (has('s', 'split-exp', 'split-exp-file')) work.path('write', unknownArgument)
}

export const searches: ProgramTable = {
  ...each(
    'grep egrep fgrep rg rgrep ag ack ugrep zgrep zegrep zfgrep bzgrep xzgrep lzgrep zstdgrep',
    readGrep,
  ),
  ...each('jq yq', readJq),
}
