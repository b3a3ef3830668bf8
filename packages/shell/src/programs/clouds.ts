import type { Work } from '../commands/work'
import { type Argument, prefixOf, unknownArgument, valueOf, withoutPrefix } from '../words/argument'
import { fileArguments, optionValues } from './file-arguments'
import { each, type ProgramTable, type ReadProgram } from './program'

/** Files of this machine that are sent, and a configuration that may name a program to log in with. */
const readKubectl: ReadProgram = ({ name, args }, work) => {
  const read = fileArguments(args, 'fnlokscR')
  for (const file of optionValues(
    read,
    'fk',
    'filename',
    'kustomize',
    'from-file',
    'from-env-file',
  ))
    work.tree('read', withoutKey(file))
  for (const file of read.others) work.path('read', file)
  if (args.some((argument) => /^--(?:kubec|edit|as=|raw)/.test(prefixOf(argument))))
    work.opaque(`${name} may start a program that its configuration or an editor names`)
}

/** `key=file` */
function withoutKey(file: Argument): Argument {
  const key = /^[\w.-]+=/.exec(prefixOf(file))?.[0]
  return key === undefined ? file : withoutPrefix(file, key.length)
}

/** `file://` stands for the content of a file in every value. */
function readValues(args: readonly Argument[], work: Work): void {
  for (const argument of args) {
    const text = prefixOf(argument)
    const scheme = /fileb?:\/\//.exec(text)
    if (scheme) work.path('read', withoutPrefix(argument, scheme.index + scheme[0].length))
    else if (/^--[\w-]+=?$/.test(text) && valueOf(argument) === undefined)
      work.path('read', unknownArgument)
  }
}

const copies = new Set(['cp', 'mv', 'sync', 'rsync', 'website', 'cat', 'rm'])
const localBody = new Set(['--body', '--zip-file', '--template-body', '--outfile'])

/** What is copied lies here where it has no scheme. Some commands write their answer into a file that is named last. */
const readAws: ReadProgram = ({ args }, work) => {
  readValues(args, work)
  const words = args.map((argument) => valueOf(argument))
  const moves = words.includes('s3') && words.some((word) => copies.has(word ?? ''))
  if (moves) transfer(args.slice(words.indexOf('s3') + 2), work)
  args.forEach((argument, at) => {
    const next = args[at + 1]
    if (localBody.has(valueOf(argument) ?? '') && next) work.path('read', next)
  })
  const last = args.at(-1)
  if (
    words.some((word) => /^(?:invoke.*|get-object.*|get-.*-archive|.*-output)$/.test(word ?? '')) &&
    last
  )
    work.path('write', last)
}

function transfer(args: readonly Argument[], work: Work): void {
  for (const file of fileArguments(args, '').operands) {
    if (/^(?:s3|gs):\/\//.test(prefixOf(file))) continue
    work.tree('read', file)
    work.tree('write', file)
  }
}

const readGsutil: ReadProgram = ({ name, args }, work) => {
  readValues(args, work)
  if (args.some((argument) => /^--(?:flags-file|account-file)|^-o/.test(prefixOf(argument))))
    work.opaque(`${name} takes more options from its arguments`)
  const at = args.findIndex((argument) => copies.has(valueOf(argument) ?? ''))
  if (at >= 0) transfer(args.slice(at + 1), work)
}

export const clouds: ProgramTable = {
  ...each('kubectl oc', readKubectl),
  aws: readAws,
  ...each('gsutil gcloud', readGsutil),
}
