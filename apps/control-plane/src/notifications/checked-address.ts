import { lookup as resolve } from 'node:dns/promises'
import { BlockList, isIP } from 'node:net'

/** Addresses that only this host or its own network can reach, and those that nobody answers on. */
const inside = new BlockList()
for (const [net, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
] as const)
  inside.addSubnet(net, prefix, 'ipv4')

/** RFC 4291: all that is global unicast today lies here; the rest is loopback, link-local, unique local, mapped. */
const globalUnicast = new BlockList()
globalUnicast.addSubnet('2000::', 3, 'ipv6')
for (const [net, prefix] of [
  ['2001::', 23], // RFC 2928, with Teredo
  ['2001:db8::', 32],
  ['2002::', 16], // RFC 3056: carries any IPv4 address
] as const)
  inside.addSubnet(net, prefix, 'ipv6')

export function isPublic(address: string): boolean {
  if (isIP(address) === 4) return !inside.check(address, 'ipv4')
  return (
    isIP(address) === 6 && globalUnicast.check(address, 'ipv6') && !inside.check(address, 'ipv6')
  )
}

export interface CheckedAddress {
  readonly address: string
  readonly family: number
}

/**
 * The one address to connect to. The name is resolved here once and never again, so that it cannot mean another host
 * between the check and the connection; one address inside refuses the name as a whole.
 */
export async function checkedAddress(host: string, allowPrivate: boolean): Promise<CheckedAddress> {
  const found = await resolve(host.replace(/^\[(.*)\]$/, '$1'), { all: true })
  const [first] = found
  if (first === undefined) throw new Error(`${host} has no address`)
  const refused = found.find(({ address }) => !allowPrivate && !isPublic(address))
  if (refused !== undefined)
    throw new Error(`${host} is ${refused.address}, which is not a public address`)
  return first
}
