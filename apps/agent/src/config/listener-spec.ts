import { type Address, parseAddress } from './address'

/** One way in, as configured or assigned. */
export interface ListenerSpec {
  readonly protocol: string
  /** The connection it is bound to; absent = any of the protocol. */
  readonly connection?: string
  readonly address: Address
  /** As written; also the listener's name. */
  readonly text: string
}

const pattern = /^(?<protocol>[a-z][a-z0-9-]*)(?:\/(?<connection>[^=/\s]+))?=(?<address>\S+)$/

/** `protocol[/connection]=address`; undefined when it is not of that form. */
export function parseListener(text: string): ListenerSpec | undefined {
  const groups = pattern.exec(text)?.groups
  if (groups === undefined) return undefined
  return makeListenerSpec(
    groups['protocol'] ?? '',
    groups['connection'] ?? '',
    groups['address'] ?? '',
  )
}

export function makeListenerSpec(
  protocol: string,
  connection: string,
  text: string,
): ListenerSpec | undefined {
  const address = parseAddress(text)
  if (address === undefined) return undefined
  return { protocol, ...(connection === '' ? {} : { connection }), address, text }
}
