import type { Work } from '../commands/work'
import {
  type Argument,
  baseNameOf,
  childOf,
  prefixOf,
  unknownArgument,
  valueOf,
  withoutPrefix,
} from '../words/argument'
import { each, type ProgramTable, type ReadProgram } from './program'

interface FileArguments {
  readonly operands: readonly Argument[]
  /** Letters of short options, and names of long ones. */
  readonly flags: ReadonlySet<string>
  readonly values: ReadonlyMap<string, Argument>
}

/** These programs run no others, so what is not understood of their options counts as names of files. */
export function fileArguments(args: readonly Argument[], valued: string): FileArguments {
  const operands: Argument[] = []
  const flags = new Set<string>()
  const values = new Map<string, Argument>()
  for (let at = 0; at < args.length; at += 1) {
    const argument = args[at]
    if (argument === undefined) break
    const text = prefixOf(argument)
    if (valueOf(argument) === '--') {
      operands.push(...args.slice(at + 1))
      break
    }
    if (!text.startsWith('-') || text === '-') {
      if (text !== '-') operands.push(argument)
    } else if (text.startsWith('--')) {
      const name = text.slice(2).split('=', 1)[0] ?? ''
      flags.add(name)
      if (text.includes('=')) values.set(name, withoutPrefix(argument, name.length + 3))
    } else at += shortOptions(text.slice(1), args[at + 1], { valued, flags, values })
  }
  return { operands, flags, values }
}

/** The value of an option by its letter or its name, abbreviated or not; unknown when it is not told from operands. */
export function optionValue(
  { flags, values }: FileArguments,
  letter: string,
  name = '',
): Argument | undefined {
  const names = [...flags].filter(
    (flag) => flag === letter || (flag.length > 1 && name.startsWith(flag)),
  )
  const [found] = names
  return found === undefined ? undefined : (values.get(found) ?? unknownArgument)
}

/** How many arguments more were read. */
function shortOptions(
  letters: string,
  next: Argument | undefined,
  into: {
    readonly valued: string
    readonly flags: Set<string>
    readonly values: Map<string, Argument>
  },
): number {
  for (let at = 0; at < letters.length; at += 1) {
    const letter = letters.charAt(at)
    into.flags.add(letter)
    if (!into.valued.includes(letter)) continue
    const rest = letters.slice(at + 1)
    const value = rest === '' ? next : { segments: [{ kind: 'text' as const, text: rest }] }
    if (value) into.values.set(letter, value)
    return rest === '' ? 1 : 0
  }
  return 0
}

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
const readGrep: ReadProgram = ({ args }, work) => {
  const read = fileArguments(args, 'efmABCdD')
  const { operands: rest, flags } = read
  const patterns = optionValue(read, 'f', 'file')
  if (patterns) work.path('read', patterns)
  const given = ['e', 'f', 'regexp', 'file'].some((flag) => flags.has(flag))
  const recursive = ['r', 'R', 'recursive'].some((flag) => flags.has(flag))
  for (const file of given ? rest : rest.slice(1))
    if (recursive) work.tree('read', file)
    else work.path('read', file)
}

/** Sources and, last or with -t, where they go: a file, or a directory that takes them by name. */
function copies(source: PathAction, valued: string): ReadProgram {
  return ({ args }, work) => {
    const read = fileArguments(args, valued)
    const { operands: all, flags } = read
    const given = optionValue(read, 't', 'target-directory')
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

/** A file to read and, second, one to write. */
const readInAndOut: ReadProgram = ({ args }, work) => {
  const [input, output] = fileArguments(args, 'fswclo').operands
  if (input) work.path('read', input)
  if (output) work.path('write', output)
}

const readSort: ReadProgram = ({ args }, work) => {
  const read = fileArguments(args, 'koStT')
  const names = read.operands
  for (const file of names) work.path('read', file)
  const output = optionValue(read, 'o', 'output')
  if (output) work.path('write', output)
  if (optionValue(read, '', 'files0-from')) work.path('read', unknownArgument)
}

export const files: ProgramTable = {
  ...each(
    'cat tac nl rev od hexdump strings wc fold fmt pr expand unexpand paste comm join zcat bzcat xzcat md5sum sha1sum sha224sum sha256sum sha384sum sha512sum b2sum cksum base64 base32 diff cmp less more most colordiff column',
    operands('read', 'wsOIdfc'),
  ),
  ...each('head tail', operands('read', 'nc')),
  cut: operands('read', 'dfbc'),
  date: ({ args }, work) => {
    const file = optionValue(fileArguments(args, 'frsd'), 'f', 'file')
    if (file) work.path('read', file)
  },
  ...each('grep egrep fgrep rg', readGrep),
  ...each('jq yq', operands('read', 'L', 1)),
  ...each('uniq xxd', readInAndOut),
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
  ...each('unzip cpio 7z 7za unrar pax ar', (_run, work) => {
    work.path('write', unknownArgument)
  }),
  ...each('gzip gunzip bzip2 bunzip2 xz unxz zstd unzstd lz4 compress uncompress', readCompressor),
  ...each('split csplit', ({ args }, work) => {
    const [file] = fileArguments(args, 'ablnCt').operands
    if (file) work.path('read', file)
    work.path('write', unknownArgument)
  }),
}
