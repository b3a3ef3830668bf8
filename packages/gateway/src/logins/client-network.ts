/** Groups of an IPv6 address that one site is given (RFC 6177): its hosts choose the rest as they like. */
const siteGroups = 4
const groups = 8

/**
 * Who counts as one when clients are counted by where they come from. `clientAddress`: host and port, or the name of
 * something that has none, such as a unix socket.
 */
export function clientNetwork(clientAddress: string): string {
  const end = clientAddress.lastIndexOf(':')
  const host = end === -1 ? clientAddress : clientAddress.slice(0, end).replace(/^\[|\]$/g, '')
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(host)?.[1]
  if (mapped !== undefined) return mapped
  return host.includes(':') ? siteOf(host) : host
}

/** RFC 4291, section 2.2: `::` stands for as many groups of zeros as are missing. */
function siteOf(host: string): string {
  const [before = '', after] = host.split('::')
  const first = before === '' ? [] : before.split(':')
  const last = after === undefined || after === '' ? [] : after.split(':')
  const missing = after === undefined ? 0 : Math.max(0, groups - first.length - last.length)
  const all = [...first, ...Array.from({ length: missing }, () => '0'), ...last]
  return `${all
    .slice(0, siteGroups)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')}::/64`
}
