import { isIP } from 'node:net'

/** Where a socket listens or connects: `host:port`, `[v6]:port`, or the absolute path of a unix socket. */
export type Address =
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number }
  | { readonly kind: 'unix'; readonly path: string }

/** Longest path that fits sockaddr_un on Linux, without its final NUL. */
const maximumUnixPath = 107
const tcpPattern = /^(?:\[(?<v6>[0-9a-fA-F:.]+)\]|(?<host>[^:/\s]+)):(?<port>\d{1,5})$/

export function parseAddress(text: string): Address | undefined {
  if (text.startsWith('/')) {
    return Buffer.byteLength(text) > maximumUnixPath ? undefined : { kind: 'unix', path: text }
  }
  const groups = tcpPattern.exec(text)?.groups
  const host = groups?.['v6'] ?? groups?.['host']
  const port = Number(groups?.['port'])
  if (host === undefined || port > 65_535) return undefined
  if (groups?.['v6'] !== undefined && isIP(host) !== 6) return undefined
  return { kind: 'tcp', host, port }
}

/** Whether bytes to this address never leave the machine: only then may a secret pass without TLS. */
export function staysOnMachine(address: Address): boolean {
  if (address.kind === 'unix') return true
  return address.host === 'localhost' || address.host === '::1' || isLoopback4(address.host)
}

function isLoopback4(host: string): boolean {
  return isIP(host) === 4 && host.startsWith('127.')
}
