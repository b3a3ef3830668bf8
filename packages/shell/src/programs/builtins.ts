import type { Work } from '../commands/work'
import { isMeaningfulVariable } from '../commands/variables'
import { type Argument, mayHideOption, prefixOf, valueAt, valueOf } from '../words/argument'
import { each, type ProgramTable, type ReadProgram } from './program'

function opaque(why: string): ReadProgram {
  return ({ name }, work) => {
    work.opaque(`${name} ${why}`)
  }
}

/** The arguments, joined, are a text for this very shell. */
const readEval: ReadProgram = ({ args }, work) => {
  const words = valueAt(args, 0) === '--' ? args.slice(1) : args
  const values = words.map(valueOf)
  if (values.every((value) => value !== undefined)) work.text(values.join(' '))
  else work.opaque('the text that eval runs is computed')
}

const readTrap: ReadProgram = ({ args }, work) => {
  const [text] = args.filter((argument) => valueOf(argument) !== '--')
  const value = text && valueOf(text)
  if (text && value === undefined) work.opaque('the text that trap runs is computed')
  else if (value !== undefined && !/^(?:-|-[lp]|\d*)$/.test(value)) work.text(value)
}

/** Only options that stop earlier or tell more. `set -- words` sets parameters. */
const readSet: ReadProgram = ({ args }, work) => {
  for (let at = 0; at < args.length; at += 1) {
    const value = valueAt(args, at)
    if (value === '--') return
    if (value !== undefined && /^[-+][euxvnfC]*$/.test(value)) continue
    const name = valueAt(args, at + 1)
    if (
      /^[-+][euxvfC]*o$/.test(value ?? '') &&
      /^(?:pipefail|errexit|nounset|xtrace|noglob)$/.test(name ?? '')
    )
      at += 1
    else {
      work.opaque('set changes how the shell reads what follows')
      return
    }
  }
}

/** Names with a subscript are evaluated, and some names mean something to the shell. */
function readNames(valued: RegExp): ReadProgram {
  return ({ name, args }, work) => {
    for (let at = 0; at < args.length; at += 1) {
      const argument = args[at]
      if (argument === undefined) return
      const value = valueOf(argument)
      if (value !== undefined && valued.test(value)) at += 1
      else if (value === undefined || value.includes('[') || isMeaningfulVariable(value))
        work.opaque(`${name} sets a name that is computed, or that the shell uses itself`)
    }
  }
}

/** `-v name` evaluates a subscript in the name. */
function readVariableOption(work: Work, args: readonly Argument[], name: string): void {
  args.forEach((argument, at) => {
    if (valueOf(argument) !== '-v') return
    const value = valueAt(args, at + 1)
    if (at + 1 < args.length && !/^\w*$/.test(value ?? '['))
      work.opaque(`${name} -v evaluates the name that it is given`)
    else if (name === 'printf' && isMeaningfulVariable(value ?? ''))
      work.opaque(`${name} -v sets ${value ?? ''}`)
  })
}

const readTest: ReadProgram = ({ name, args }, work) => {
  readVariableOption(work, args, name)
  const many = args.some(({ segments }) =>
    segments.some((item) => item.kind === 'unknown' && item.many && item.pattern !== true),
  )
  if (many) work.opaque(`${name} with arguments that are not known may evaluate one of them`)
}

const readPrintf: ReadProgram = ({ name, args }, work) => {
  const [first] = args
  if (
    first &&
    (prefixOf(first).startsWith('-v') || mayHideOption(first)) &&
    valueOf(first) !== '-v'
  )
    work.opaque('printf may set a variable that is not known')
  readVariableOption(work, args.slice(0, 2), name)
}

const moves: ReadProgram = (_run, work) => {
  work.moved = true
}

const readHash: ReadProgram = ({ args }, work) => {
  if (args.some((argument) => valueOf(argument) !== '-r'))
    work.opaque('hash says which file a name runs')
}

/** `jobs -x` runs what follows it. */
const readJobs: ReadProgram = ({ args }, work) => {
  if (!args.every((argument) => /^(-[lnprs]+|%?\w*)$/.test(valueOf(argument) ?? '-x')))
    work.opaque('jobs may run what it is given')
}

export const builtIns: ProgramTable = {
  ...each('. source', opaque('runs the text of a file in this shell')),
  ...each('alias unalias', opaque('changes what names mean')),
  ...each(
    'enable bind complete compgen compopt shopt',
    opaque('changes how the shell reads what follows'),
  ),
  // Words of zsh and csh, should the account's shell be one of them after all.
  ...each(
    'repeat noglob nocorrect foreach onintr sched emulate setopt unsetopt zmodload autoload zle zcompile',
    opaque('runs what follows it, or changes how that is read, in some shells'),
  ),
  ...each('fc history', opaque('runs or changes what was run before')),
  ...each('mapfile readarray', opaque('may run a command for what it reads')),
  eval: readEval,
  trap: readTrap,
  set: readSet,
  hash: readHash,
  jobs: readJobs,
  read: readNames(/^-[adinNptu]$/),
  unset: readNames(/^$/),
  getopts: readNames(/^$/),
  ...each('export declare typeset local readonly', opaque('was not read as a declaration')),
  ...each('test [', readTest),
  printf: readPrintf,
  ...each('cd pushd popd', moves),
}
