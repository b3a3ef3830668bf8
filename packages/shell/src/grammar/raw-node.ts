import { isAscii } from 'node:buffer'

type Fields = Readonly<Record<string, unknown>>

/**
 * A node of mvdan/sh as its compiler keeps it: fields by their Go names, strings as UTF-8 in Latin-1, slices as windows
 * of arrays. The published wrappers of the same copy a node at every read, which takes ten times as long. Everything is
 * checked, so a wrong shape is an exception, never a guess.
 */
export class RawNode {
  private readonly fields: Fields

  private constructor(fields: Fields) {
    this.fields = fields
  }

  static ofFile(file: unknown): RawNode {
    return RawNode.of(fieldsOf(file)['__internal_object__'])
  }

  private static of(value: unknown): RawNode {
    const fields = fieldsOf(value)
    if (typeName(fields) === undefined) throw new UnknownSyntax('no node')
    return new RawNode(fields)
  }

  /** Such as `CallExpr`. */
  get type(): string {
    return (typeName(this.fields) ?? '').replace(/^\*syntax\./, '')
  }

  child(key: string): RawNode {
    const child = this.optional(key)
    if (child === undefined) throw new UnknownSyntax(key)
    return child
  }

  optional(key: string): RawNode | undefined {
    const value = this.field(key)
    return isNil(value) ? undefined : RawNode.of(value)
  }

  list(key: string): readonly RawNode[] {
    const { $array, $offset, $length } = fieldsOf(this.field(key))
    if (typeof $length !== 'number' || typeof $offset !== 'number') throw new UnknownSyntax(key)
    if ($length === 0) return []
    if (!Array.isArray($array)) throw new UnknownSyntax(key)
    return $array.slice($offset, $offset + $length).map((item) => RawNode.of(item))
  }

  text(key: string): string {
    const value = this.field(key)
    if (typeof value !== 'string') throw new UnknownSyntax(key)
    const bytes = Buffer.from(value, 'latin1')
    return isAscii(bytes) ? value : bytes.toString('utf8')
  }

  flag(key: string): boolean {
    const value = this.field(key)
    if (typeof value !== 'boolean') throw new UnknownSyntax(key)
    return value
  }

  code(key: string): number {
    const value = this.field(key)
    if (typeof value !== 'number') throw new UnknownSyntax(key)
    return value
  }

  private field(key: string): unknown {
    if (!(key in this.fields)) throw new UnknownSyntax(key)
    return this.fields[key]
  }
}

function fieldsOf(value: unknown): Fields {
  if (typeof value !== 'object' || value === null) throw new UnknownSyntax('no structure')
  return value as Fields
}

/** The Go type of a pointer to a structure; a nil interface has none. */
function typeName(fields: Fields): string | undefined {
  const { constructor } = fields
  return typeof constructor === 'function' && 'string' in constructor
    ? String(constructor.string)
    : undefined
}

function isNil(value: unknown): boolean {
  const fields = fieldsOf(value)
  const { constructor } = fields
  if (typeof constructor !== 'function' || typeName(fields) === undefined) return true
  return 'nil' in constructor && constructor.nil === value
}

/** Something of the grammar that is not on the list of what is understood. Fails closed: the text is opaque. */
export class UnknownSyntax extends Error {
  override readonly name = 'UnknownSyntax'
}
