import type { Work } from '../commands/work'
import { isHarmlessVariable } from '../commands/variables'
import { type Argument, prefixOf, unknownArguments, valueOf } from '../words/argument'
import { type OptionSpec, readOptions } from '../words/options'
import { each, type ProgramTable, type ReadProgram } from './program'

interface Wrapper extends Omit<OptionSpec, 'stopAtOperand'> {
  /** Operands before the command, such as the duration of `timeout`. */
  readonly skip?: number
  /** Variables may stand before the command. */
  readonly variables?: boolean
  /** Options with which it runs something else than its operands. */
  readonly refused?: readonly string[]
  /** Options with which its command starts in another directory. */
  readonly moving?: readonly string[]
  /** Whether names of files mean others for its command. */
  readonly otherRoot?: boolean
  /** Options with which it only tells something. */
  readonly asks?: readonly string[]
  /** What it starts when there is no command. */
  readonly alone?: 'shell'
}

/** A program that runs the command in its arguments. */
function wrapper(spec: Wrapper): ReadProgram {
  return ({ name, args, input }, work) => {
    const read = readOptions(args, { ...spec, stopAtOperand: true })
    if (read.problem !== undefined) work.opaque(`${name}: ${read.problem}`)
    const refused = read.options.find((option) => spec.refused?.includes(option.name))
    if (refused) work.opaque(`${name} with ${refused.name} runs something that is not seen here`)
    if (read.options.some((option) => spec.asks?.includes(option.name))) return
    if (read.options.some((option) => spec.moving?.includes(option.name))) work.moved = true
    if (spec.otherRoot) work.opaque(`names of files mean others for what ${name} runs`)
    const rest = read.operands.slice(spec.skip ?? 0)
    const argv = spec.variables ? withoutVariables(withoutDash(rest), work) : rest
    if (argv.length > 0) work.command({ argv, ...(input !== undefined && { input }) })
    else if (spec.alone === 'shell') work.opaque(`${name} without a command starts a shell`)
  }
}

/** A dash alone stands for `-i`. */
function withoutDash([first, ...rest]: readonly Argument[]): readonly Argument[] {
  return first === undefined ? [] : valueOf(first) === '-' ? rest : [first, ...rest]
}

function withoutVariables(args: readonly Argument[], work: Work): readonly Argument[] {
  const at = args.findIndex((argument) => !/^\w+=/.test(prefixOf(argument)))
  const variables = at < 0 ? args : args.slice(0, at)
  for (const variable of variables) {
    const name = prefixOf(variable).split('=', 1)[0] ?? ''
    if (!isHarmlessVariable(name))
      work.opaque(`${name} is set for a program, and what that changes is not known`)
  }
  return at < 0 ? [] : args.slice(at)
}

/** xargs appends what it reads to the command: arguments that nobody sees here. */
const xargs: ReadProgram = ({ name, args }, work) => {
  const read = readOptions(args, {
    short: '0rtxpa:d:E:I:L:n:P:s:',
    // The values of the last two stand in the same argument, if at all.
    long: [
      'null',
      'no-run-if-empty',
      'verbose',
      'arg-file=',
      'delimiter=',
      'max-args=',
      'max-procs=',
      'max-lines',
      'replace',
    ],
    stopAtOperand: true,
  })
  if (read.problem !== undefined) work.opaque(`${name}: ${read.problem}`)
  for (const { name: option, value } of read.options)
    if ((option === 'a' || option === 'arg-file') && value) work.path('read', value)
  const replaced = read.options.find((option) => option.name === 'I' || option.name === 'replace')
  if (read.operands.length === 0) return
  const mark = replaced?.value === undefined ? '{}' : valueOf(replaced.value)
  work.command({
    argv:
      replaced === undefined
        ? [...read.operands, unknownArguments]
        : read.operands.map((argument) => filled(argument, mark)),
  })
}

function filled(argument: Argument, mark: string | undefined): Argument {
  const value = valueOf(argument)
  if (value !== undefined && mark !== undefined && mark !== '' && !value.includes(mark))
    return argument
  return value === mark ? { segments: [{ kind: 'unknown', many: false }] } : unknownArguments
}

/** `su -c text`: the text runs in the login shell of the other account. */
const su: ReadProgram = ({ name, args }, work) => {
  const read = readOptions(args, {
    short: 'lmpPc:s:g:G:u:',
    long: ['login', 'preserve-environment', 'command=', 'shell=', 'group=', 'pty', 'user='],
  })
  const text = read.options.find((option) => option.name === 'c' || option.name === 'command')
  const shell = read.options.some((option) => option.name === 's' || option.name === 'shell')
  const user = read.options.some((option) => option.name === 'u' || option.name === 'user')
  const value = text?.value === undefined ? undefined : valueOf(text.value)
  work.moved = true
  if (read.problem !== undefined) work.opaque(`${name}: ${read.problem}`)
  else if (shell) work.opaque(`${name} with another shell is not understood`)
  else if (value !== undefined) work.text(value, 'posix')
  else if (name === 'runuser' && user) work.command({ argv: read.operands })
  else work.opaque(text ? `the text that ${name} runs is computed` : `${name} starts a shell`)
}

/** `script -c text`, `watch words`, `flock file -c text`: not worth a form of their own. */
const runsText: ReadProgram = ({ name }, work) => {
  work.opaque(`${name} runs a text that is not read here`)
}

const time = 'fo:p'

export const wrappers: ProgramTable = {
  env: wrapper({
    short: 'i0vu:C:',
    long: ['ignore-environment', 'null', 'unset=', 'chdir=', 'debug'],
    moving: ['C', 'chdir'],
    variables: true,
  }),
  sudo: wrapper({
    short: 'nEHbSkKAPBlvu:g:h:p:C:r:t:T:D:R:ise',
    long: [
      'user=',
      'group=',
      'non-interactive',
      'preserve-env',
      'set-home',
      'stdin',
      'background',
      'login',
      'shell',
      'edit',
      'list',
      'validate',
      'reset-timestamp',
    ],
    variables: true,
    asks: ['l', 'list', 'v', 'validate', 'k', 'reset-timestamp'],
    refused: ['e', 'edit', 'R', 'D', 's', 'shell', 'i', 'login', 'E', 'preserve-env', 'A'],
  }),
  doas: wrapper({ short: 'nsu:C:L', refused: ['s', 'C'] }),
  pkexec: wrapper({ short: '', long: ['user=', 'disable-internal-agent'], alone: 'shell' }),
  ...each('su runuser', su),
  nohup: wrapper({ short: '' }),
  setsid: wrapper({ short: 'cfw', long: ['ctty', 'fork', 'wait'] }),
  time: wrapper({
    short: time,
    long: ['portability', 'format=', 'output='],
    refused: ['o', 'output'],
  }),
  timeout: wrapper({
    short: 'k:s:v',
    long: ['kill-after=', 'signal=', 'foreground', 'preserve-status', 'verbose'],
    skip: 1,
  }),
  nice: wrapper({ short: 'n:', long: ['adjustment='] }),
  ionice: wrapper({ short: 'c:n:t', long: ['class=', 'classdata=', 'ignore'] }),
  stdbuf: wrapper({ short: 'i:o:e:', long: ['input=', 'output=', 'error='] }),
  chrt: wrapper({ short: 'bfior', skip: 1 }),
  taskset: wrapper({ short: 'c', skip: 1 }),
  command: wrapper({ short: 'pvV', asks: ['v', 'V'] }),
  builtin: wrapper({ short: '' }),
  exec: wrapper({ short: 'cla:' }),
  ...each('busybox toybox', wrapper({ short: '' })),
  xargs,
  chroot: wrapper({
    short: '',
    long: ['userspec=', 'groups=', 'skip-chdir'],
    otherRoot: true,
    skip: 1,
    alone: 'shell',
  }),
  ...each(
    'script watch flock parallel nsenter unshare bwrap setpriv capsh strace ltrace gdb valgrind perf entr inotifywait socat systemd-run at batch tmux screen crontab run-parts dbus-run-session daemonize start-stop-daemon logsave rlwrap unbuffer expect faketime proxychains sg newgrp cpulimit firejail setarch linux32 linux64 i386 x86_64 prlimit cgexec numactl choom fakeroot fakechroot eatmydata proot dtach abduco reptyr zellij byobu systemd-nspawn run0 login lxc-attach virsh busctl dbus-send gdbus qdbus nix-shell guix poetry uv pipenv conda mamba bpftrace stap jdb jrunscript telnetd httpd sudoedit aria2c vigr',
    runsText,
  ),
}
