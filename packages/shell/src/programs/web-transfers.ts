import type { Work } from '../commands/work'
import { type Argument, prefixOf, unknownArgument, valueOf, withoutPrefix } from '../words/argument'
import { fileArguments, isGiven, optionValues } from './file-arguments'
import type { ProgramTable, ReadProgram } from './program'

/** Letters and names of options: what curl writes to. */
const curlWrites = [
  'ocDOJ',
  'output',
  'cookie-jar',
  'dump-header',
  'trace',
  'trace-ascii',
  'stderr',
  'etag-save',
  'hsts',
  'alt-svc',
  'remote-name',
  'remote-name-all',
  'remote-header-name',
  'output-dir',
] as const

/** What curl reads, and may send. */
const curlReads = [
  'TbE',
  'upload-file',
  'cookie',
  'cert',
  'netrc-file',
  'key',
  'cacert',
  'etag-compare',
] as const

const readCurl: ReadProgram = ({ args }, work) => {
  const read = fileArguments(args, 'ocDdFTbEHXAeumxrYyzCQtUw')
  for (const file of optionValues(read, ...curlWrites)) work.path('write', file)
  // `--netrc` is a whole name, and no abbreviation of `--netrc-file`.
  const flags = new Set([...read.flags].filter((flag) => flag !== 'netrc'))
  for (const file of optionValues({ ...read, flags }, ...curlReads)) work.path('read', whole(file))
  for (const argument of args) {
    readData(argument, work)
    // The format of what is told at the end may name a file to write it to.
    if (prefixOf(argument).includes('%output{')) work.path('write', unknownArgument)
  }
  if ([...read.flags].some((flag) => flag.startsWith('data-u'))) work.path('read', unknownArgument)
  for (const url of [...read.operands, ...(read.values.get('url') ?? [])]) readUrl(url, work)
}

/** curl makes several names of `{a,b}` and `[1-9]`. */
function whole(file: Argument): Argument {
  return /[[{]/.test(prefixOf(file)) ? unknownArgument : file
}

function readUrl(url: Argument, work: Work): void {
  const text = prefixOf(url)
  const scheme = /^file:(?:\/\/[^/]*)?/i.exec(text)?.[0]
  if (scheme !== undefined) work.path('read', whole(withoutPrefix(url, scheme.length)))
  else if (/^[^/]*[[{]/.test(text)) work.path('read', unknownArgument)
}

/** `@file` and `<file`, where data or a part of a form is given. */
function readData(argument: Argument, work: Work): void {
  const text = prefixOf(argument)
  const plain = /^(?:-[a-zA-Z#]+|--[\w-]+=)?(?:[\w.-]+=)?[@<](?=[^,;]*$)/.exec(text)?.[0]
  if (plain !== undefined) work.path('read', withoutPrefix(argument, plain.length))
  else if (/^[@<]|[=(][@<]|^-\w+[@<]/.test(text)) work.path('read', unknownArgument)
}

const wgetWrites = [
  'OoaP',
  'output-document',
  'output-file',
  'append-output',
  'directory-prefix',
  'save-cookies',
  'rejected-log',
  'warc-file',
  'warc-tempdir',
  'hsts-file',
] as const

const wgetReads = ['', 'post-file', 'body-file', 'load-cookies'] as const

const readWget: ReadProgram = ({ args }, work) => {
  const read = fileArguments(args, 'OoaPUtTwQ')
  for (const file of optionValues(read, ...wgetWrites))
    if (valueOf(file) !== '-') work.tree('write', file)
  // Without a name, the other side chooses it.
  if (!isGiven(read, 'O', 'output-document')) work.path('write', unknownArgument)
  for (const file of optionValues(read, ...wgetReads)) work.path('read', file)
}

export const webTransfers: ProgramTable = { curl: readCurl, wget: readWget }
