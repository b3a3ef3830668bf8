import type { NamedValue } from './requests'

/** A command line for a shell at the target, or an interactive shell, whose text is empty. */
export interface CommandOperation {
  readonly kind: 'command'
  readonly shape: 'exec' | 'shell'
  readonly text: string
  readonly terminal: boolean
  /** Variables that the client asks to be set, in order. */
  readonly environment: readonly NamedValue[]
  /**
   * Of a line of a restricted shell: where it runs; empty = where the account starts. Directory and environment are
   * written in front of it, in the shell's own language.
   */
  readonly directory?: string
}

export const fileActions = [
  'read',
  'write',
  'append',
  'list',
  'stat',
  'rename',
  'remove',
  'mkdir',
  'rmdir',
  'setstat',
  'symlink',
  'link',
  'readlink',
  'realpath',
] as const
export type FileAction = (typeof fileActions)[number]

/** One operation on files at the target. */
export interface FileOperation {
  readonly kind: 'file'
  readonly action: FileAction
  readonly path: string
  /** Of a rename or a link: the other path. */
  readonly destination?: string
  /** For people: flags and attributes, such as `mode=0644`. */
  readonly detail?: string
}

/** A byte stream through the target to somewhere else (`out`), or from there to the client (`in`). */
export interface ForwardOperation {
  readonly kind: 'forward'
  readonly direction: 'out' | 'in'
  readonly host: string
  readonly port: number
}
