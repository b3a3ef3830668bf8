import type { Work } from '../commands/work'
import { type Argument, prefixOf, valueOf } from '../words/argument'
import { readOptions } from '../words/options'
import { fileArguments, optionValues } from './file-arguments'
import { each, type ProgramTable, type ReadProgram } from './program'

/** The far end of scp: `-t` takes files, `-f` gives them. Without either, it runs ssh to another machine. */
const readScp: ReadProgram = ({ args }, work) => {
  const { operands, flags } = fileArguments(args, '')
  if (flags.has('t') && flags.has('f')) work.opaque('scp that both takes and gives files')
  if (flags.has('t')) for (const file of operands) work.tree('write', file)
  else if (flags.has('f')) for (const file of operands) transferred(flags.has('r'), file, work)
  else for (const file of operands) between(file, work)
}

function transferred(recursive: boolean, file: Argument, work: Work): void {
  if (recursive) work.tree('read', file)
  else work.path('read', file)
}

/** A file of this machine may be read or written; one of another is a connection. */
function between(file: Argument, work: Work): void {
  const remote = /^(?:[\w.-]+@)?(?<host>[\w.-]+):/.exec(prefixOf(file))?.groups?.['host']
  if (remote !== undefined) work.forward(`${remote.toLowerCase()}:22`)
  else {
    work.tree('read', file)
    work.tree('write', file)
  }
}

/** Options of the far end of rsync that neither run anything nor name other files. */
const plainServerOption =
  /^--(?:server|sender|delete(?:-[a-z]+)?|force|ignore-errors|numeric-ids|inplace|partial|append(?:-verify)?|stats|ignore-existing|existing|size-only|update|links|copy-links|safe-links|munge-links|no-[a-z-]+|checksum|compress|new-compress|old-compress|zl?|timeout=\d+|bwlimit=\d+|max-size=\w+|min-size=\w+|block-size=\d+|modify-window=-?\d+|prune-empty-dirs|omit-dir-times|fake-super|mkpath|log-format=[\w%]*|out-format=[\w%]*|compress-level=\d+|msgs2stderr|dirs|specials|devices|one-file-system|relative)$/

/** Letters without values, and what clients say of themselves behind `e`. */
const plainServerFlags = /^-[vlogDtprcunxzHAXSWRKLkPhqidOJE0IUN]*(?:e[\d.]*[A-Za-z]*)?$/

/** Options may name files of this machine, which are read, or written when that is what they are for. */
function readRsyncFiles(args: readonly Argument[], work: Work): void {
  const read = fileArguments(args, 'efTBM')
  const writes = [
    'log-file',
    'write-batch',
    'only-write-batch',
    'temp-dir',
    'backup-dir',
    'partial-dir',
  ]
  for (const file of optionValues(read, 'T', ...writes)) work.tree('write', file)
  for (const file of optionValues(
    read,
    '',
    'password-file',
    'read-batch',
    'exclude-from',
    'include-from',
    'files-from',
  ))
    work.path('read', file)
  for (const file of read.others) work.path('read', file)
  for (const file of read.operands) between(file, work)
}

const readRsync: ReadProgram = ({ name, args }, work) => {
  if (!args.some((argument) => valueOf(argument) === '--server')) {
    if (
      args.some((argument) =>
        /^(?:-\w*[eM]|--(?:rs|rsync|d?ae|co|remo|early))/.test(prefixOf(argument)),
      )
    )
      work.opaque(`${name} may run a program of the caller's choice`)
    readRsyncFiles(args, work)
    return
  }
  const sends = args.some((argument) => valueOf(argument) === '--sender')
  const options = args.filter((argument) => prefixOf(argument).startsWith('-'))
  for (const option of options) {
    const text = valueOf(option)
    if (
      text === undefined ||
      !(text.startsWith('--') ? plainServerOption : plainServerFlags).test(text)
    )
      work.opaque(`${name} is not called as clients call it`)
  }
  const operands = args.filter((argument) => !prefixOf(argument).startsWith('-'))
  for (const file of operands.slice(1)) work.tree(sends ? 'read' : 'write', file)
  if (options.some((option) => /^--delete/.test(prefixOf(option))))
    for (const file of operands.slice(1)) work.tree('delete', file)
}

/** Of one line: what stands behind a line break is another option. A file of known hosts is written to. */
const plainSshOption =
  /^(?:UserKnownHostsFile[= ]\/dev\/null|(?:StrictHostKeyChecking|BatchMode|ConnectTimeout|ServerAlive\w+|LogLevel|PasswordAuthentication|NumberOfPasswordPrompts|IdentitiesOnly|ConnectionAttempts)[= ][\w:-]*)$/i

const sshOptions = { short: '46aCknqTtvxp:l:i:o:', stopAtOperand: true }

/** Its words, joined by spaces, are a text for the shell over there. */
const readSsh: ReadProgram = ({ name, args }, work) => {
  const read = readOptions(args, sshOptions)
  const [host, ...rest] = read.operands
  // OpenSSH reads options behind the host as well.
  const more = readOptions(rest, sshOptions)
  const [words, options] = [more.operands, [...read.options, ...more.options]]
  const problem = read.problem ?? more.problem
  const odd = options.some(
    (option) =>
      option.name === 'o' &&
      !plainSshOption.test(option.value ? (valueOf(option.value) ?? '') : ''),
  )
  if (problem !== undefined || odd)
    work.opaque(`${name}: ${problem ?? 'an option may run a program'}`)
  if (host === undefined) return
  const value = valueOf(host)
  work.forward(
    value === undefined ? '*:*' : `${value.replace(/^.*@/, '').toLowerCase()}:${portOf(options)}`,
  )
  const values = words.map(valueOf)
  if (words.length === 0) work.opaque(`${name} without a command starts a shell on another machine`)
  else if (values.every((word) => word !== undefined)) work.text(values.join(' '), 'posix')
  else work.opaque(`the text that ${name} runs is computed`)
}

function portOf(options: ReturnType<typeof readOptions>['options']): string {
  const port = options.find((option) => option.name === 'p')?.value
  return port === undefined ? '22' : (valueOf(port) ?? '*')
}

export const transfers: ProgramTable = {
  scp: readScp,
  rsync: readRsync,
  ssh: readSsh,
  ...each('sftp-server internal-sftp', ({ name }, work) => {
    work.opaque(`${name} works on any file that the client names`)
  }),
  ...each(
    'sftp ftp lftp tftp telnet rlogin rsh rexec mosh autossh sshpass ssh-copy-id',
    ({ name }, work) => {
      work.opaque(`${name} takes commands that are not judged here, or runs them elsewhere`)
    },
  ),
}
