import type { Facts } from '@wardgate/policy'
import { runCommand } from './commands/run-command'
import { readStatements } from './commands/statements'
import { isHarmlessVariable } from './commands/variables'
import { Work, type Reader } from './commands/work'
import { parseShell } from './grammar/grammar'
import type { ShellCommand } from './operations'
import type { ShellSettings } from './settings'

const reader: Reader = {
  text(text, work) {
    const parsed = parseShell(text)
    if (parsed.kind === 'unreadable') work.opaque(parsed.reason)
    else readStatements(parsed.statements, work)
  },
  command: runCommand,
}

/** What a command line does, as the target's shell would run it. Never throws; what is not understood is opaque. */
export function commandFacts(operation: ShellCommand, settings: ShellSettings): Facts {
  const work = new Work(settings, operation, reader)
  for (const { name } of operation.environment)
    if (!isHarmlessVariable(name))
      work.opaque(`${printable(name)} is set for the session, and what that changes is not known`)
  if (operation.shape === 'shell') return shellFacts(work)
  if (settings.shell === 'other')
    work.opaque("the account's shell is no Bourne-like shell, so its command lines are not read")
  else if (operation.text.trim() === '') work.opaque('an empty command line starts a shell')
  else work.text(operation.text)
  return work.facts()
}

/** Whatever is typed later runs: line-wise approval of a terminal is not sound, so the session is judged as one. */
function shellFacts(work: Work): Facts {
  work.risk('interactive-shell')
  work.opaque('an interactive shell runs whatever is typed later')
  const facts = work.facts()
  return {
    ...facts,
    summary: 'an interactive shell',
    actions: [{ action: 'shell', resource: 'shell:interactive' }],
  }
}

function printable(name: string): string {
  return /^\w{1,64}$/.test(name) ? name : 'a variable with an unusual name'
}
