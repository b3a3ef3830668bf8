import { type Argument, mayHideOption, valueOf } from '../words/argument'
import type { ShellDialect } from '../settings'
import { each, type ProgramTable, type ReadProgram } from './program'
import { readScript } from './script'

const withoutText = 'reads its commands from its input, so they are not seen beforehand'

/** `sh -c text`, `sh file`, and `sh` with commands on its input. */
const readShell: ReadProgram = ({ name, args, input }, work) => {
  const read = shellArguments(args)
  if (read.problem !== undefined) work.opaque(`${name}: ${read.problem}`)
  else if (read.text !== undefined) runText(name, read.text, work)
  else if (read.file !== undefined) readScript(name, read.file, work)
  else if (read.asksOnly) return
  else if (input !== undefined) work.text(input, dialectOf(name))
  else work.opaque(`${name} ${withoutText}`)
}

function runText(name: string, text: Argument, work: Parameters<ReadProgram>[1]): void {
  const value = valueOf(text)
  if (value === undefined) work.opaque(`the text that ${name} runs is computed`)
  else work.text(value, dialectOf(name))
}

/** Other shells than bash are taken for any of them. */
function dialectOf(name: string): ShellDialect {
  return name === 'bash' ? 'bash' : 'posix'
}

interface ShellArguments {
  readonly text?: Argument
  readonly file?: Argument
  readonly problem?: string
  readonly asksOnly: boolean
}

/** Options that change what a text means, or that read other files first, are not among these. */
const plainFlags = /^[-+][eunvxfCBhmpl]*c?[eunvxfCBhmpl]*$/

function shellArguments(args: readonly Argument[]): ShellArguments {
  let takesText = false
  for (let at = 0; at < args.length; at += 1) {
    const argument = args[at]
    if (argument === undefined) break
    const value = valueOf(argument)
    if (value === '--version' || value === '--help') return { asksOnly: true }
    if (value === '--' || value === '-' || value === undefined || !/^[-+]./.test(value)) {
      const operand = value === '--' || value === '-' ? args[at + 1] : argument
      if (value === undefined && mayHideOption(argument))
        return { problem: 'an argument that is not known may be an option', asksOnly: false }
      if (operand === undefined) break
      return takesText ? { text: operand, asksOnly: false } : { file: operand, asksOnly: false }
    }
    if (/^[-+]o$/.test(value) && isPlainOption(args[at + 1])) at += 1
    else if (value === '--norc' || value === '--noprofile' || value === '--posix') continue
    else if (value === '-s') return { asksOnly: false }
    else if (plainFlags.test(value)) takesText ||= value.includes('c') && value.startsWith('-')
    else return { problem: `${value} is not understood`, asksOnly: false }
  }
  return takesText ? { problem: 'no text to run', asksOnly: false } : { asksOnly: false }
}

function isPlainOption(argument: Argument | undefined): boolean {
  const names = ['errexit', 'nounset', 'pipefail', 'noglob', 'noclobber', 'xtrace']
  return argument !== undefined && names.includes(valueOf(argument) ?? '')
}

export const shells: ProgramTable = {
  ...each('sh bash dash ash ksh mksh rbash', readShell),
  ...each('zsh fish csh tcsh nu xonsh elvish', ({ name }, work) => {
    work.opaque(`${name} has a grammar of its own`)
  }),
}
