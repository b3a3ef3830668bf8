import type { Work } from '../commands/work'
import { type Argument, prefixOf, unknownArgument, valueOf, withoutPrefix } from '../words/argument'
import { type FileArguments, fileArguments } from './file-arguments'
import type { ProgramTable, ReadProgram } from './program'

/** Letters and names of options. */
interface Options {
  readonly letters: string
  readonly names: readonly string[]
}

/** What curl writes to; names may be abbreviated. */
const curlWrites: Options = {
  letters: 'ocDOJ',
  names: [
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
  ],
}

/** What curl reads, and may send. */
const curlReads: Options = {
  letters: 'TbE',
  names: ['upload-file', 'cookie', 'cert', 'netrc-file', 'key', 'cacert', 'etag-compare'],
}

/** Whole names that are no abbreviation of those. */
const curlPlain = new Set(['netrc', 'remote-time'])

const readCurl: ReadProgram = ({ args }, work) => {
  const read = fileArguments(args, 'ocDdFTbEHXAeumxrYyzCQtUw')
  for (const file of named(read, curlWrites, curlPlain)) work.path('write', file)
  for (const file of named(read, curlReads, curlPlain)) work.path('read', whole(file))
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

const wgetWrites: Options = {
  letters: 'OoaP',
  names: [
    'output-document',
    'output-file',
    'append-output',
    'directory-prefix',
    'save-cookies',
    'rejected-log',
    'warc-file',
    'warc-tempdir',
    'hsts-file',
  ],
}

const wgetReads: Options = {
  letters: '',
  names: ['post-file', 'body-file', 'load-cookies'],
}

const readWget: ReadProgram = ({ args }, work) => {
  const read = fileArguments(args, 'OoaPUtTwQ')
  for (const file of named(read, wgetWrites)) if (valueOf(file) !== '-') work.tree('write', file)
  // Without a name, the other side chooses it.
  if (!read.flags.has('O') && !read.flags.has('output-document'))
    work.path('write', unknownArgument)
  for (const file of named(read, wgetReads)) work.path('read', file)
}

/** The files that these options name; not known where the value is no part of the option's word. */
function named(
  { flags, values }: FileArguments,
  { letters, names }: Options,
  plain: ReadonlySet<string> = new Set(),
): Argument[] {
  const given = [...flags].filter(
    (flag) =>
      (flag.length === 1 && letters.includes(flag)) ||
      (flag.length > 1 && !plain.has(flag) && names.some((name) => name.startsWith(flag))),
  )
  return given.flatMap((flag) => values.get(flag) ?? [unknownArgument])
}

export const webTransfers: ProgramTable = { curl: readCurl, wget: readWget }
