import type { Work } from '../commands/work'
import { type Argument, mayHideOption, prefixOf, valueOf } from '../words/argument'
import { readOptions } from '../words/options'
import { readGitFiles, runsStrategy, startsEditor } from './git-files'
import { each, type ProgramTable, type ReadProgram } from './program'

/** Sub-commands that run nothing of the repository's or the caller's choosing, with options that do not either. */
const plain = new Set(
  'status log diff show branch tag remote rev-parse rev-list ls-files ls-tree cat-file describe shortlog blame reflog stash add rm mv commit restore reset checkout switch merge-base cherry name-rev for-each-ref show-ref symbolic-ref count-objects init fetch pull push clone clean grep config version help merge rebase cherry-pick revert worktree'.split(
    ' ',
  ),
)

/** Options of some sub-command that run a program or write a file; long ones may be abbreviated. */
const dangerous = [
  'exec',
  'upload-pack',
  'receive-pack',
  'output',
  'open-files-in-pager',
  'ext-diff',
  'textconv',
  'extcmd',
  'config',
  'template',
  'edit',
  'edit-description',
  'edit-todo',
  'editor',
  'interactive',
  'patch',
  'reedit-message',
  'web',
  'server-option',
  'paginate',
  'config-env',
  'exec-path',
  'separate-git-dir',
  'no-index',
  'gpg-sign',
  'show-signature',
]

/** Sub-commands whose output goes to a pager when there is a terminal: from there a shell is one key away. */
const paged = new Set(
  'log diff show branch tag reflog stash grep blame shortlog config help'.split(' '),
)

const readGit: ReadProgram = ({ args }, work) => {
  const read = readOptions(args, {
    short: 'C:hv',
    long: [
      'no-pager',
      'git-dir=',
      'work-tree=',
      'no-optional-locks',
      'version',
      'help',
      'bare',
      'literal-pathspecs',
    ],
    stopAtOperand: true,
  })
  if (read.problem !== undefined) work.opaque(`git: ${read.problem}`)
  if (has(read.options, 'work-tree'))
    work.opaque('git with a work tree elsewhere writes and reads files there')
  const [command, ...rest] = read.operands
  if (command === undefined) return
  const name = valueOf(command) ?? ''
  if (!plain.has(name))
    work.opaque('this sub-command of git, or an alias by its name, may run other programs')
  for (const argument of rest) readArgument(name, argument, work)
  readGitFiles(name, rest, work)
  if (runsStrategy(name, rest)) work.opaque('a strategy of git is a program of that name')
  if (startsEditor(name, rest)) work.opaque(`git ${name} starts an editor`)
  if (work.terminal && paged.has(name) && !has(read.options, 'no-pager'))
    work.opaque('git on a terminal shows its output in a pager, which can start a shell')
  if (
    name === 'config' &&
    !rest.some((item) => /^--(?:get|list|get-all)$|^-l$/.test(valueOf(item) ?? ''))
  )
    work.opaque('git config can name programs that git runs later')
  if (/^(?:clone|fetch|pull|push|remote)$/.test(name)) work.risk('remote-access')
  if (/^(?:clean|reset|rm|restore|checkout)$/.test(name)) work.risk('file-destruction')
}

function has(options: readonly { readonly name: string }[], wanted: string): boolean {
  return options.some(({ name }) => name === wanted)
}

function readArgument(command: string, argument: Argument, work: Work): void {
  const text = prefixOf(argument)
  const long = /^--([a-z-]+)/.exec(text)?.[1]
  const short =
    /^-[A-Za-z]*[Oxcu]/.test(text) &&
    /^(?:rebase|grep|difftool|clone|fetch|push|diff|pull)$/.test(command)
  const known = long === undefined || valueOf(argument) !== undefined || text.includes('=')
  if (mayHideOption(argument) && !(known && long !== undefined))
    work.opaque('an argument of git that is not known may be an option that runs a program')
  else if (short || (long !== undefined && dangerous.some((name) => name.startsWith(long))))
    work.opaque(`git with ${text.split('=', 1)[0] ?? ''} may run a program or write a file`)
  else if (/^(?:ext|fd)::|^-?-?upload-pack|^[^/]*::/.test(text))
    work.opaque('the address names a program that git runs')
}

/** What git clients run over ssh: the repository is read or written. */
function readPack(action: 'read' | 'write'): ReadProgram {
  return ({ name, args }, work) => {
    const read = readOptions(args, {
      short: '',
      long: ['strict', 'no-strict', 'timeout=', 'stateless-rpc'],
    })
    if (read.problem !== undefined || read.operands.length !== 1)
      work.opaque(`${name} is not called as clients call it`)
    for (const repository of read.operands) work.path(action, repository)
  }
}

export const git: ProgramTable = {
  git: readGit,
  'git-upload-pack': readPack('read'),
  'git-upload-archive': readPack('read'),
  'git-receive-pack': readPack('write'),
  ...each('git-shell gitk tig hg svn cvs bzr fossil', ({ name }, work) => {
    work.opaque(`${name} may run other programs`)
  }),
}
