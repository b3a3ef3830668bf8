import type { Work } from '../commands/work'
import { type Argument, prefixOf, unknownArgument, valueOf, withoutPrefix } from '../words/argument'
import { fileArguments, isGiven } from './file-arguments'
import { readLists } from './files'
import { each, type ProgramTable, type ReadProgram } from './program'

/** Whether it only looks into an archive: told by the first argument, or it is taken to write. */
function onlyLooks(first: string, texts: readonly string[]): boolean {
  if (/^--(?:list|diff|compare|test-label)$/.test(first)) return !texts.some(isWriting)
  return /^-?[A-Za-z]*[td][A-Za-z]*$/.test(first) && ![`-${first}`, ...texts].some(isWriting)
}

function isWriting(text: string): boolean {
  return /^(?:--?[A-Za-z]*[cruAxg]|--(?:index|volno|del|app|con|rem))/.test(text)
}

/**
 * Archives hold names of their own, so unpacking may write anything that they say; and so may packing, because of the
 * options that say where. Every argument that may be a file is read.
 */
const readTar: ReadProgram = ({ args }, work) => {
  const texts = args.map(prefixOf)
  const [first = ''] = texts
  const members = /^[A-Za-z]+$/.test(first) ? args.slice(1) : args
  for (const argument of members) readMember(argument, work)
  if (/^[A-Za-z]*T/.test(first) || texts.some((text) => /^-(?:[A-Za-z]*T|-files)/.test(text)))
    work.path('read', unknownArgument)
  if (!onlyLooks(first, texts)) work.path('write', unknownArgument)
}

function readMember(argument: Argument, work: Work): void {
  const text = prefixOf(argument)
  const option = /^--[\w-]+=/.exec(text)?.[0]
  if (option !== undefined) work.path('read', withoutPrefix(argument, option.length))
  else if (!text.startsWith('-') && valueOf(argument) !== '') work.path('read', argument)
  else if (/^-[A-Za-z]+[./~]/.test(text))
    work.path('read', withoutPrefix(argument, text.search(/[./~]/)))
}

const readCompressor: ReadProgram = ({ args }, work) => {
  const read = fileArguments(args, 'S')
  const reads = isGiven(read, 'c', 't', 'l', 'stdout', 'to-stdout', 'test', 'list')
  const action = reads ? 'read' : 'write'
  const isDeep = isGiven(read, 'r', 'recursive')
  for (const file of read.operands)
    if (isDeep) work.tree(action, file)
    else work.path(action, file)
  for (const file of read.others) work.path('read', file)
  if (isGiven(read, 'filelist')) work.path('write', unknownArgument)
  readLists(read, work, 'files', 'files0', 'filelist')
}

export const archives: ProgramTable = {
  ...each('tar bsdtar star', readTar),
  ...each('unzip cpio 7z 7za unrar pax ar zip', ({ args }, work) => {
    const read = fileArguments(args, '')
    for (const file of [...read.operands, ...read.others]) work.path('read', file)
    work.path('write', unknownArgument)
  }),
  ...each('gzip gunzip bzip2 bunzip2 xz unxz zstd unzstd lz4 compress uncompress', readCompressor),
}
