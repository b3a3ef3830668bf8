/**
 * The shell that runs a command line at the target: the login shell of the account. `posix` is any Bourne-like shell
 * (sh, dash, ash, ksh, bash): what these read differently is opaque. `bash` is exactly that one. `other` (zsh, fish,
 * csh, PowerShell, cmd) has another grammar, so everything is opaque.
 */
export type ShellDialect = 'posix' | 'bash' | 'other'

export interface ShellSettings {
  readonly shell: ShellDialect
}

/** Reads `shell` of a connection's settings; anything that is not known counts as another shell. */
export function shellSettings(rawSettings: unknown): ShellSettings {
  if (typeof rawSettings !== 'object' || rawSettings === null) return { shell: 'posix' }
  const shell = 'shell' in rawSettings ? rawSettings.shell : undefined
  if (shell === undefined) return { shell: 'posix' }
  return { shell: shell === 'posix' || shell === 'bash' ? shell : 'other' }
}
