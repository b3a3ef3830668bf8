/** What is asked of a shell: one command line, or a shell itself (text ''). The shape of the gateway's operation. */
export interface ShellCommand {
  readonly shape: 'exec' | 'shell'
  readonly text: string
  readonly terminal: boolean
  readonly environment: readonly { readonly name: string; readonly value: string }[]
  /** Where it runs; absent or empty = where the account starts. */
  readonly directory?: string
}

export type FileAccessAction =
  | 'read'
  | 'write'
  | 'append'
  | 'list'
  | 'stat'
  | 'rename'
  | 'remove'
  | 'mkdir'
  | 'rmdir'
  | 'setstat'
  | 'symlink'
  | 'link'
  | 'readlink'
  | 'realpath'

export interface FileAccess {
  readonly action: FileAccessAction
  readonly path: string
  /** The new name, or what a link points to. */
  readonly destination?: string
}

export interface ByteStream {
  /** `in` listens at the target and leads back to the client. */
  readonly direction: 'out' | 'in'
  readonly host: string
  readonly port: number
}
