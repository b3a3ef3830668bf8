import { namedPath } from '../commands/paths'
import type { Work } from '../commands/work'
import {
  type Argument,
  baseNameOf,
  childOf,
  folderOf,
  prefixOf,
  textArgument,
  unknownArgument,
  valueOf,
  withoutPrefix,
} from '../words/argument'
import { type FileArguments, fileArguments, isGiven, optionValues } from './file-arguments'
import { each, type ProgramTable, type ReadProgram } from './program'

type PathAction = 'read' | 'write' | 'delete' | 'create' | 'alter'

/** Every operand is used in one way; `skip` are no files, such as a pattern or a mode. */
function operands(action: PathAction, valued = '', skip = 0): ReadProgram {
  return ({ args }, work) => {
    const read = fileArguments(args, valued)
    for (const file of read.others) work.path('read', file)
    const recursive = isGiven(read, 'r', 'R', 'recursive', 'dereference-recursive')
    for (const file of read.operands.slice(skip))
      if (recursive) work.tree(action, file)
      else work.path(action, file)
  }
}

/** A list of files, all of which are read: which they are is not known. */
export function readLists(read: FileArguments, work: Work, ...names: readonly string[]): void {
  const lists = optionValues(read, '', ...names)
  for (const list of lists) work.path('read', list)
  if (lists.length > 0) work.path('read', unknownArgument)
}

/** Sources and, last or with -t, where they go: a file, or a directory that takes them by name. */
function copies(source: PathAction, valued: string): ReadProgram {
  return ({ args }, work) => {
    const read = fileArguments(args, valued)
    const { operands: all } = read
    const given = optionValues(read, 't', 'target-directory').at(-1)
    const target = given ?? all.at(-1)
    const sources = given ? all : all.slice(0, -1)
    const recursive = isGiven(read, 'r', 'R', 'a', 'recursive', 'archive')
    for (const file of read.others) work.path('read', file)
    // The folders that a source is in are made anew below the target.
    if (target && isGiven(read, 'parents')) work.tree('write', target)
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

/** One name alone is linked from here. A symbolic link counts from where it is. */
const readLink: ReadProgram = (run, work) => {
  const read = fileArguments(run.args, 'tS')
  const given = optionValues(read, 't', 'target-directory').at(-1)
  const [first, ...rest] = read.operands
  const target = given ?? rest.at(-1)
  if (first !== undefined && target === undefined) {
    work.path('read', first)
    work.path('write', baseNameOf(first))
  }
  copies('read', 'tS')(run, work)
  if (target === undefined || !isGiven(read, 's', 'symbolic')) return
  for (const item of given ? read.operands : read.operands.slice(0, -1))
    if (namedPath(item).base === 'relative')
      for (const folder of [target, folderOf(target)]) work.path('read', childOf(folder, item))
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

/** A file to read and, second, one to write; a dash counts, and so may the value of an option that is not known. */
function inAndOut(valued: string): ReadProgram {
  return ({ args }, work) => {
    const dash = textArgument('./-')
    const named = args.map((argument) => (valueOf(argument) === '-' ? dash : argument))
    const [input, ...outputs] = fileArguments(named, valued).operands
    if (input && input !== dash) work.path('read', input)
    for (const output of outputs) work.path('write', output)
  }
}

const readSort: ReadProgram = ({ args }, work) => {
  const read = fileArguments(args, 'koStT')
  const names = read.operands
  for (const file of [...names, ...read.others]) work.path('read', file)
  for (const output of optionValues(read, 'o', 'output')) work.path('write', output)
  readLists(read, work, 'files0-from')
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
  ln: readLink,
  mv: copies('delete', 'tS'),
  dd: readDd,
  ...each('split csplit', ({ args }, work) => {
    const [file] = fileArguments(args, 'ablnCt').operands
    if (file) work.path('read', file)
    work.path('write', unknownArgument)
  }),
}
