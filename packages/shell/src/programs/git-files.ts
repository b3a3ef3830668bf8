import type { Work } from '../commands/work'
import { type Argument, prefixOf, valueOf } from '../words/argument'
import { fileArguments, optionValues } from './file-arguments'

const withMessage = new Set(['commit', 'tag', 'merge', 'stash'])

/** Files that an argument of git names, other than those of the work tree. */
export function readGitFiles(command: string, args: readonly Argument[], work: Work): void {
  const read = fileArguments(args, withMessage.has(command) ? 'mFCctu' : 'fLGSnO')
  const reads = (letter: string, ...names: string[]) => {
    for (const file of optionValues(read, letter, ...names)) work.path('read', file)
  }
  if (withMessage.has(command)) reads('F', 'file')
  if (command === 'config') reads('f', 'file', 'blob')
  if (command === 'blame') reads('', 'contents', 'ignore-revs-file')
  if (command === 'diff') for (const file of read.operands) readOutside(file, work)
  for (const folder of read.operands.slice(...madeBy(command))) work.tree('write', folder)
}

/** Two files of which one is in no repository are compared as they are. */
function readOutside(file: Argument, work: Work): void {
  if (/^(?:\/|~|\.\.)/.test(prefixOf(file)) || file.segments[0]?.kind === 'home')
    work.path('read', file)
}

/** Which operands name a folder that is made. */
function madeBy(command: string): [number, number] {
  if (command === 'init') return [0, 1]
  return command === 'clone' || command === 'worktree' ? [1, 2] : [0, 0]
}

const given = /^(?:-[a-z]*[mFC]|--(?:me|fi|no-e|reu|dry|short|porc|long|fixup))/

/** An editor takes commands from its input as well, whether there is a terminal or not. */
export function startsEditor(command: string, args: readonly Argument[]): boolean {
  const has = (pattern: RegExp) => args.some((argument) => pattern.test(prefixOf(argument)))
  switch (command) {
    case 'commit':
      return has(/^-[a-z]*[epi]/) || !has(given)
    case 'tag':
      return has(/^(?:-[a-z]*[asu]|--(?:an|si|lo))/) && !has(given)
    case 'add':
    case 'checkout':
    case 'reset':
    case 'restore':
    case 'stash':
      return has(/^-[a-z]*[epi]/)
    case 'merge':
    case 'cherry-pick':
    case 'revert':
      return has(/^-[a-z]*e/)
    case 'rebase':
      return has(/^-[a-z]*i/)
    default:
      return false
  }
}

const strategies = new Set(['ort', 'recursive', 'resolve', 'octopus', 'ours', 'subtree'])

/** Whether branches are joined by a strategy that is none of git's own. */
export function runsStrategy(command: string, args: readonly Argument[]): boolean {
  const hasShort = /^(?:merge|pull|rebase)$/.test(command)
  if (!hasShort && !/^(?:cherry-pick|revert)$/.test(command)) return false
  const named = optionValues(fileArguments(args, 'mFCcsX'), hasShort ? 's' : '', 'strategy')
  return named.some((strategy) => !strategies.has(valueOf(strategy) ?? ''))
}
