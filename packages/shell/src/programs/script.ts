import { namedPath } from '../commands/paths'
import type { Work } from '../commands/work'
import type { Argument } from '../words/argument'

/** A file with commands or code. Names of open descriptors are the input by another name. */
export function readScript(name: string, file: Argument, work: Work): void {
  work.risk('runs-code')
  work.path('read', file)
  const { base, steps } = namedPath(file)
  const first = steps[0] ?? '**'
  const isDevice =
    base === 'root'
      ? /^(?:dev|proc|\*\*)$/.test(first)
      : first === '..' || steps.at(-1) === 'stdin' || steps.includes('fd')
  if (isDevice) work.opaque(`${name} may read what it runs from its input`)
}
