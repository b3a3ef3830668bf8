import type { NamedValue } from '@wardgate/gateway'
import type { Readable } from 'node:stream'
import { dashedName } from '../wire/header-names'

/** A decided request on its way: what was decided, and what the gateway itself adds to it. */
export interface Outgoing {
  readonly method: string
  readonly scheme: 'http' | 'https'
  readonly authority: string
  readonly path: string
  readonly query: string
  readonly headers: readonly NamedValue[]
  /** A stream is a body that nobody has read; its length, when it was announced, is in `length`. */
  readonly body: Uint8Array | Readable | undefined
  readonly length: number | undefined
  /** What of it unlocks the target: not to be shown to the client when the target shows what it was sent. */
  readonly secrets?: readonly string[]
}

/** Replaces whatever had that name, or one that targets may take for it. */
export function withHeader(outgoing: Outgoing, name: string, value: string): Outgoing {
  const dashed = dashedName(name)
  const others = outgoing.headers.filter((header) => dashedName(header.name) !== dashed)
  return { ...outgoing, headers: [...others, { name: name.toLowerCase(), value }] }
}

export function requestTarget({ path, query }: Pick<Outgoing, 'path' | 'query'>): string {
  return query === '' ? path : `${path}?${query}`
}
