import type { ActionFact, ActionName, Facts } from '@wardgate/policy'
import { isSensitive, isSystemFile, namedPath, pathResource } from './commands/paths'
import type { FileAccess, FileAccessAction } from './operations'
import { scoreShellRisk, type ShellRiskFactor } from './risk/factors'
import { textArgument } from './words/argument'

const actionOf: Readonly<Record<FileAccessAction, ActionName>> = {
  read: 'read',
  list: 'read',
  stat: 'read',
  readlink: 'read',
  realpath: 'read',
  write: 'write',
  append: 'write',
  rename: 'delete',
  remove: 'delete',
  rmdir: 'delete',
  mkdir: 'create',
  symlink: 'create',
  link: 'create',
  setstat: 'alter',
}

/** What the other path of an operation with two is used for. */
const destinationActions: Readonly<Partial<Record<FileAccessAction, readonly ActionName[]>>> = {
  rename: ['write'],
  // A link gives its target another name, by which it may later be read and written.
  symlink: ['read', 'write'],
  link: ['read', 'write'],
}

/** What an operation on files does. `destination` of a link is what it points to. */
export function fileFacts(operation: FileAccess): Facts {
  const { action, path, destination } = operation
  const actions: ActionFact[] = [{ action: actionOf[action], resource: resourceOf(path) }]
  const second = destinationActions[action]
  const missing = second !== undefined && destination === undefined
  const other = action === 'symlink' ? pointedTo(path, destination) : destination
  if (other !== undefined)
    for (const name of second ?? (['write'] as const))
      actions.push({ action: name, resource: resourceOf(other) })
  const nul = `${path}${destination ?? ''}`.includes('\0')
  return {
    kind: 'file',
    summary: `${action} of a file`,
    actions,
    opaque: [
      ...(missing ? [`${action} names no second path`] : []),
      ...(nul ? ['a path holds a NUL character'] : []),
    ],
    risk: scoreShellRisk(actions.flatMap(risksOf)),
    detail: {
      'file.action': action,
      'file.paths': actions.map(({ resource }) => resource.slice(5)),
    },
    literalsMatter: true,
  }
}

/** What a symbolic link points to counts from where the link is. */
function pointedTo(link: string, destination: string | undefined): string | undefined {
  if (destination === undefined || destination.startsWith('/')) return destination
  return `${/^.*\//s.exec(link)?.[0] ?? ''}${destination}`
}

/** Paths begin where a command begins: in the account's home. A tilde is an ordinary character. */
function resourceOf(path: string): string {
  return pathResource(namedPath(textArgument(path)), '')
}

function risksOf({ action, resource }: ActionFact): readonly ShellRiskFactor[] {
  if (action === 'read') return isSensitive(resource) ? ['sensitive-file'] : []
  return [
    'file-change',
    ...(action === 'delete' ? (['file-destruction'] as const) : []),
    ...(isSystemFile(resource) ? (['system-file'] as const) : []),
  ]
}
