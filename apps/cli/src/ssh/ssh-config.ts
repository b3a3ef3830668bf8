import { shellQuoted } from './files'

/** What a client's configuration is made of. */
export interface SshAccess {
  readonly host: string
  readonly port: number
  readonly connections: readonly string[]
  readonly keyFile: string
  /** Absent = the bare key is registered. */
  readonly certificate?: { readonly file: string; readonly refresh: string }
  readonly knownHostsFile: string
  /** By what the agent is known, as in `.pub` files. Neither = its key is taken at first sight, and pinned then. */
  readonly known: KnownHost
}

export interface KnownHost {
  /** Its own host key. */
  readonly key?: string
  /** What certifies the keys of agents. */
  readonly authority?: string
}

/** The name that agents go by in known_hosts, whatever their address. */
const hostKeyAlias = 'wardgate-agent'

export function aliasOf(connection: string): string {
  return `${connection}.wardgate`
}

/** A file for `Include` or `ssh -F`. */
export function sshConfig(access: SshAccess): string {
  const hosts = access.connections.map((connection) =>
    [
      `Host ${aliasOf(connection)}`,
      `  HostName ${access.host}`,
      `  Port ${access.port}`,
      `  User ${connection}`,
      `  IdentityFile ${quoted(access.keyFile)}`,
      ...(access.certificate ? [`  CertificateFile ${quoted(access.certificate.file)}`] : []),
      '  IdentitiesOnly yes',
      '  PreferredAuthentications publickey',
      // OpenSSH would rather have counter mode and a MAC of its own, which costs both ends half as much again.
      '  Ciphers ^aes128-gcm@openssh.com,aes256-gcm@openssh.com',
      `  HostKeyAlias ${hostKeyAlias}`,
      `  UserKnownHostsFile ${quoted(access.knownHostsFile)}`,
      `  StrictHostKeyChecking ${isKnown(access.known) ? 'yes' : 'accept-new'}`,
      '  ForwardAgent no',
      '  ForwardX11 no',
      '',
    ].join('\n'),
  )
  const head = '# Written by wardgate ssh login; written anew at every login.\n'
  return [head, ...refreshing(access), ...hosts].join('\n')
}

/** `Match exec` runs before anything is connected or read, so the certificate that is read then is a good one. */
function refreshing({ certificate, connections }: SshAccess): string[] {
  if (certificate === undefined) return []
  const hosts = connections.map(aliasOf).join(',')
  const command = shellQuoted(certificate.refresh).replaceAll('%', '%%')
  return [`Match originalhost ${hosts} exec "${command}"\n`]
}

export function isKnown({ key, authority }: KnownHost): boolean {
  return key !== undefined || authority !== undefined
}

/** Lines of known_hosts. */
export function knownHosts({ key, authority }: KnownHost): string {
  const lines = [
    ...(authority === undefined ? [] : [`@cert-authority ${hostKeyAlias} ${authority}`]),
    ...(key === undefined ? [] : [`${hostKeyAlias} ${key}`]),
  ]
  return `${lines.join('\n')}\n`
}

/** ssh_config knows double quotes, and no way to write one within them. */
function quoted(path: string): string {
  return /[\s"#]/.test(path) ? `"${path.replaceAll('"', '')}"` : path
}
