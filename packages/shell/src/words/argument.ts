/**
 * One word after quote removal. `unknown` is what only the target's shell can tell: `many` when it may also become
 * several words or none, as unquoted expansions and patterns do. A `pattern` matches names of files without a slash.
 * `home` is an unquoted leading tilde.
 */
export type Segment =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'unknown'; readonly many: boolean; readonly pattern?: boolean }
  | { readonly kind: 'home' }

export interface Argument {
  readonly segments: readonly Segment[]
}

export function textArgument(text: string): Argument {
  return { segments: text === '' ? [] : [{ kind: 'text', text }] }
}

export const unknownArgument: Argument = { segments: [{ kind: 'unknown', many: false }] }
export const unknownArguments: Argument = { segments: [{ kind: 'unknown', many: true }] }

/** The whole value; undefined when a part of it is not known. */
export function valueOf({ segments }: Argument): string | undefined {
  let value = ''
  for (const segment of segments) {
    if (segment.kind !== 'text') return undefined
    value += segment.text
  }
  return value
}

/** What it begins with, for certain. */
export function prefixOf({ segments }: Argument): string {
  let prefix = ''
  for (const segment of segments) {
    if (segment.kind !== 'text') break
    prefix += segment.text
  }
  return prefix
}

/** Whether it could become an option that is not seen here. */
export function mayHideOption({ segments }: Argument): boolean {
  const [first] = segments
  if (segments.some((segment) => segment.kind === 'unknown' && segment.many)) return true
  if (first?.kind === 'unknown') return true
  return first?.kind === 'text' && first.text.startsWith('-') && valueOf({ segments }) === undefined
}

/** The rest behind `count` characters that are known. */
export function withoutPrefix({ segments }: Argument, count: number): Argument {
  const [first, ...rest] = segments
  if (first?.kind !== 'text') return { segments }
  const text = first.text.slice(count)
  return { segments: text === '' ? rest : [{ kind: 'text', text }, ...rest] }
}

/** Joins neighbours that are known. */
export function joined(segments: readonly Segment[]): Argument {
  const result: Segment[] = []
  for (const segment of segments) {
    const last = result.at(-1)
    if (segment.kind === 'text' && segment.text === '') continue
    if (segment.kind === 'text' && last?.kind === 'text')
      result[result.length - 1] = { kind: 'text', text: last.text + segment.text }
    else result.push(segment)
  }
  return { segments: result }
}

/** A name in a directory. */
export function childOf(directory: Argument, name: Argument): Argument {
  return joined([...directory.segments, { kind: 'text', text: '/' }, ...name.segments])
}

/** Where a name is, as far as that is known. */
export function folderOf(argument: Argument): Argument {
  const value = valueOf(argument)
  if (value === undefined) return unknownArgument
  return textArgument(/^(?<folder>.*)\/[^/]+\/*$/s.exec(value)?.groups?.['folder'] ?? '.')
}

/** The last step of a path, as far as it is known. */
export function baseNameOf(argument: Argument): Argument {
  const value = valueOf(argument)
  if (value === undefined) return unknownArgument
  return textArgument(value.replace(/\/+$/, '').replace(/^.*\//s, ''))
}

/** The value of one of several arguments; undefined when there is none, or when it is not known. */
export function valueAt(args: readonly Argument[], at: number): string | undefined {
  const argument = args[at]
  return argument === undefined ? undefined : valueOf(argument)
}
