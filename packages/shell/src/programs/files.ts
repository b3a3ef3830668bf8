import type { Work } from '../commands/work'
import {
  type Argument,
  baseNameOf,
  childOf,
  prefixOf,
  unknownArgument,
  withoutPrefix,
} from '../words/argument'
import { fileArguments, optionValues } from './file-arguments'
import { each, type ProgramTable, type ReadProgram } from './program'

type PathAction = 'read' | 'write' | 'delete' | 'create' | 'alter'

/** Every operand is used in one way; `skip` are no files, such as a pattern or a mode. */
function operands(action: PathAction, valued = '', skip = 0): ReadProgram {
  return ({ args }, work) => {
    const { operands: files, flags } = fileArguments(args, valued)
    const recursive = ['r', 'R', 'recursive', 'dereference-recursive'].some((flag) =>
      flags.has(flag),
    )
    for (const file of files.slice(skip))
      if (recursive) work.tree(action, file)
      else work.path(action, file)
  }
}

/** A pattern first, unless it came with an option. */
const readGrep: ReadProgram = ({ name, args }, work) => {
  const read = fileArguments(args, 'efmABCdD')
  const { operands: rest, flags } = read
  for (const patterns of optionValues(read, 'f', 'file')) work.path('read', patterns)
  const given = ['e', 'f', 'regexp', 'file'].some((flag) => flags.has(flag))
  const recursive = name === 'rgrep' || ['r', 'R', 'recursive'].some((flag) => flags.has(flag))
  for (const file of given ? rest : rest.slice(1))
    if (recursive) work.tree('read', file)
    else work.path('read', file)
}

/** Sources and, last or with -t, where they go: a file, or a directory that takes them by name. */
function copies(source: PathAction, valued: string): ReadProgram {
  return ({ args }, work) => {
    const read = fileArguments(args, valued)
    const { operands: all, flags } = read
    const given = optionValues(read, 't', 'target-directory').at(-1)
    const target = given ?? all.at(-1)
    const sources = given ? all : all.slice(0, -1)
    const recursive = ['r', 'R', 'a', 'recursive', 'archive'].some((flag) => flags.has(flag))
    for (const item of sources) {
      if (recursive || source === 'delete') work.tree(source, item)
      else work.path(source, item)
      if (target) toTarget(target, item, recursive || source === 'delete', work)
    }
    if (target && sources.length === 0) work.path('write', target)
  }
}

function toTarget(target: Argument, source: Argument, recursive: boolean, work: Work): void {
  work.path('write', target)
  const within = childOf(target, baseNameOf(source))
  if (recursive) work.tree('write', within)
  else work.path('write', within)
}

/** A mode or an owner first, unless it is an option (`chmod -w file`) or that of another file. */
const readMode: ReadProgram = ({ args }, work) => {
  const { operands: files, flags } = fileArguments(args, '')
  const plain = [...flags].every((flag) =>
    /^(?:[RvfcHLPh]|recursive|verbose|silent|quiet|changes)$/.test(flag),
  )
  const recursive = [...flags].some((flag) => flag === 'R' || 'recursive'.startsWith(flag))
  for (const file of plain ? files.slice(1) : files)
    if (recursive) work.tree('alter', file)
    else work.path('alter', file)
}

const readDd: ReadProgram = ({ args }, work) => {
  for (const argument of args) {
    const text = prefixOf(argument)
    if (text.startsWith('if=')) work.path('read', withoutPrefix(argument, 3))
    else if (text.startsWith('of=')) work.path('write', withoutPrefix(argument, 3))
    else if (!/^\w+=/.test(text)) work.path('write', unknownArgument)
  }
}

/** Archives hold names of their own, so unpacking may write anything that they say. */
const readTar: ReadProgram = ({ args }, work) => {
  const first = args[0] && prefixOf(args[0])
  const letters =
    args
      .map(prefixOf)
      .filter((text) => /^-[A-Za-z]/.test(text))
      .join('') + (first ?? '')
  if (/x/.test(letters) || args.some((argument) => /^--(?:ex|ge)/.test(prefixOf(argument))))
    work.path('write', unknownArgument)
  else if (/[cru]/.test(letters)) for (const argument of args.slice(1)) work.path('read', argument)
  if (
    /[cruA]/.test(letters) ||
    args.some((item) => /^--(?:cr|app|up|con|cat|del)/.test(prefixOf(item)))
  )
    work.path('write', unknownArgument)
}

const readCompressor: ReadProgram = ({ args }, work) => {
  const { operands: names, flags } = fileArguments(args, 'S')
  const reads = ['c', 't', 'l', 'stdout', 'to-stdout', 'test', 'list'].some((flag) =>
    flags.has(flag),
  )
  for (const file of names) work.path(reads ? 'read' : 'write', file)
}

/** A program first, unless it is in a file; that and what options name are among the operands otherwise. */
const readJq: ReadProgram = ({ args }, work) => {
  const { operands: rest, flags } = fileArguments(args, 'L')
  const isInFile = ['f', 'from-file'].some((flag) => flags.has(flag))
  for (const file of isInFile ? rest : rest.slice(1)) work.path('read', file)
}

/** A file to read and, second, one to write. */
function inAndOut(valued: string): ReadProgram {
  return ({ args }, work) => {
    const [input, output] = fileArguments(args, valued).operands
    if (input) work.path('read', input)
    if (output) work.path('write', output)
  }
}

const readSort: ReadProgram = ({ args }, work) => {
  const read = fileArguments(args, 'koStT')
  const names = read.operands
  for (const file of names) work.path('read', file)
  for (const output of optionValues(read, 'o', 'output')) work.path('write', output)
  for (const list of optionValues(read, '', 'files0-from')) work.path('read', list)
}

export const files: ProgramTable = {
  // An option with a value that is not told here makes the value a file, which is the safe way to be wrong.
  ...each(
    'cat rev comm zcat bzcat xzcat md5sum sha1sum sha224sum sha256sum sha384sum sha512sum less most',
    operands('read'),
  ),
  ...each('tac unexpand expand', operands('read', 't')),
  nl: operands('read', 'bdfhilnvw'),
  od: operands('read', 'AjNSt'),
  hexdump: operands('read', 'efn'),
  strings: operands('read', 'nteT'),
  fold: operands('read', 'w'),
  fmt: operands('read', 'wpg'),
  pr: operands('read', 'DhlNoWw'),
  paste: operands('read', 'd'),
  join: operands('read', 'aeojtv12'),
  column: operands('read', 's'),
  ...each('b2sum cksum', operands('read', 'l')),
  ...each('base64 base32', operands('read', 'w')),
  cmp: operands('read', 'in'),
  more: operands('read', 'n'),
  ...each('head tail', operands('read', 'nc')),
  cut: operands('read', 'dfbc'),
  date: ({ args }, work) => {
    for (const file of optionValues(fileArguments(args, 'frsd'), 'f', 'file'))
      work.path('read', file)
  },
  ...each('grep egrep fgrep rg rgrep zgrep zegrep zfgrep bzgrep xzgrep lzgrep zstdgrep', readGrep),
  ...each('jq yq', readJq),
  uniq: inAndOut('fsw'),
  xxd: inAndOut('cglnos'),
  sort: readSort,
  ...each('tee sponge', operands('write')),
  touch: operands('write', 'drt'),
  truncate: operands('write', 'sr'),
  shred: operands('delete', 'ns'),
  mkdir: operands('create', 'm'),
  mkfifo: operands('create', 'm'),
  mknod: operands('create', 'm'),
  ...each('rm rmdir unlink', operands('delete')),
  ...each('chmod chown chgrp', readMode),
  ...each('setfacl chattr', operands('alter', 'mxM')),
  cp: copies('read', 'tS'),
  install: copies('read', 'tSmog'),
  ln: copies('read', 'tS'),
  mv: copies('delete', 'tS'),
  dd: readDd,
  ...each('tar bsdtar star', readTar),
  ...each('unzip cpio 7z 7za unrar pax ar zip', ({ args }, work) => {
    for (const file of fileArguments(args, '').operands) work.path('read', file)
    work.path('write', unknownArgument)
  }),
  ...each('gzip gunzip bzip2 bunzip2 xz unxz zstd unzstd lz4 compress uncompress', readCompressor),
  ...each('split csplit', ({ args }, work) => {
    const [file] = fileArguments(args, 'ablnCt').operands
    if (file) work.path('read', file)
    work.path('write', unknownArgument)
  }),
}
