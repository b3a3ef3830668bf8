import { canonicalJson, type JsonValue } from '@wardgate/audit-log'
import { createHash } from 'node:crypto'

export interface DigestedParameter {
  readonly type: number
  readonly format: 'text' | 'binary'
  /** null = SQL NULL. */
  readonly value: Uint8Array | null
}

/** Everything an approval binds to. If any of it differs, it is another operation and needs another approval. */
export interface DigestParts {
  /** The operation as it will run, without parameters: text, dialect, and the session state it depends on. */
  readonly operation: JsonValue
  readonly parameters: readonly DigestedParameter[]
  /** What it was found to do: the same text does something else once its names mean something else. */
  readonly effects: readonly { readonly action: string; readonly resource: string }[]
  /** Why some of it cannot be known beforehand. */
  readonly opaque: readonly string[]
  readonly principalId: string
  readonly connectionId: string
  /** Changes when the credential or the target's settings change. */
  readonly targetRevision: string
  readonly database: string
  readonly policies: readonly { readonly name: string; readonly version: number }[]
}

/** Keeps these digests apart from every other hash of canonical JSON. */
const domain = 'wardgate.approval.v2'

/** SHA-256 over the canonical JSON (RFC 8785) of the parts, lower-case hex. */
export function operationDigest(parts: DigestParts): string {
  const policies = parts.policies
    .map(({ name, version }) => ({ name, version }))
    .sort((a, b) => (a.name === b.name ? a.version - b.version : a.name < b.name ? -1 : 1))
  const leaf = canonicalJson({
    domain,
    operation: parts.operation,
    parameters: parts.parameters.map(({ type, format, value }) => ({
      type,
      format,
      value: value === null ? null : Buffer.from(value).toString('base64'),
    })),
    effects: parts.effects.map(({ action, resource }) => [action, resource]),
    opaque: parts.opaque,
    principalId: parts.principalId,
    connectionId: parts.connectionId,
    targetRevision: parts.targetRevision,
    database: parts.database,
    policies,
  })
  return createHash('sha256').update(leaf).digest('hex')
}
