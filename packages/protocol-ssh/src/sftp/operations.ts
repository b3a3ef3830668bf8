import type { FileAction, FileOperation } from '@wardgate/gateway'
import { openFlags } from './codes'
import { describeAttributes } from './fields'
import type { FileRequest } from './requests'

const actions = {
  lstat: 'stat',
  stat: 'stat',
  statvfs: 'stat',
  opendir: 'list',
  remove: 'remove',
  rmdir: 'rmdir',
  realpath: 'realpath',
  readlink: 'readlink',
  setstat: 'setstat',
  mkdir: 'mkdir',
  rename: 'rename',
  'posix-rename': 'rename',
  symlink: 'symlink',
  hardlink: 'link',
} as const satisfies Record<string, FileAction>

export type PathRequest = Extract<FileRequest, { readonly path: string }>

/** What has to be decided before a request that names a path is passed on; all of it must be permitted. */
export function operationsOf(request: PathRequest): FileOperation[] {
  if (request.kind === 'open') return opening(request)
  const { kind, path } = request
  const destination = 'destination' in request ? { destination: request.destination } : {}
  const detail = 'attributes' in request ? describeAttributes(request.attributes) : ''
  const action = actions[kind]
  return [{ kind: 'file', action, path, ...destination, ...(detail === '' ? {} : { detail }) }]
}

/** A change of an open file's attributes. */
export function setstatOf(
  path: string,
  attributes: Parameters<typeof describeAttributes>[0],
): FileOperation {
  return { kind: 'file', action: 'setstat', path, detail: describeAttributes(attributes) }
}

/** What may be done with the handle later is decided when it is opened. Unknown flags may mean anything: a write. */
function opening({
  path,
  flags,
  attributes,
}: Extract<FileRequest, { kind: 'open' }>): FileOperation[] {
  const names = Object.entries(openFlags).filter(([, flag]) => flags & flag)
  const detail = [names.map(([name]) => name).join(','), describeAttributes(attributes)]
  const shared = { kind: 'file', path, detail: detail.filter(Boolean).join(' ') } as const
  const change: FileAction = flags & openFlags.append ? 'append' : 'write'
  return [
    ...(flags & openFlags.read ? [{ ...shared, action: 'read' } as const] : []),
    ...(flags & ~openFlags.read || flags === 0 ? [{ ...shared, action: change }] : []),
  ]
}
