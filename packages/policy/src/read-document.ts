import { isNode, LineCounter, parseDocument, type Document, type Node } from 'yaml'
import type { z } from 'zod'
import { policyLimits } from './limits'

export interface PolicyProblem {
  /** Such as `rules[2].match.actions[0]`; empty for the document as a whole. */
  readonly path: string
  readonly message: string
  /** From 1. */
  readonly line?: number
}

type Path = readonly PropertyKey[]

export interface FoundProblem {
  readonly path: Path
  readonly message: string
}

export type ReadDocument<T> =
  { readonly value: T } | { readonly problems: readonly PolicyProblem[] }

/**
 * Reads YAML or JSON that must fit a schema. All problems are told at once, with their lines: those of `check` too, which
 * sees whatever was written, fitting or not.
 */
export function readDocument<T>(
  source: string,
  schema: z.ZodType<T>,
  check: (written: unknown) => readonly FoundProblem[] = () => [],
): ReadDocument<T> {
  if (Buffer.byteLength(source) > policyLimits.sourceBytes)
    return { problems: [{ path: '', message: `is larger than ${policyLimits.sourceBytes} bytes` }] }
  const lines = new LineCounter()
  const tree = parseDocument(source, { lineCounter: lines, prettyErrors: false })
  if (tree.errors.length > 0)
    return {
      problems: tree.errors.map(({ message, pos }) => ({
        path: '',
        message,
        line: lines.linePos(pos[0]).line,
      })),
    }
  const lineOf = (path: Path) => lineAt(tree, lines, path)
  const written = plainValue(tree)
  const parsed = schema.safeParse(written)
  const found = check(written).map(({ path, message }) => problem(path, message, lineOf))
  if (!parsed.success) found.push(...parsed.error.issues.flatMap((issue) => told(issue, lineOf)))
  else if (found.length === 0) return { value: parsed.data }
  return { problems: inLineOrder(found) }
}

/** Aliases are not resolved without bound: a short document must not become a huge one. */
function plainValue(tree: Document.Parsed): unknown {
  try {
    return tree.toJS({ maxAliasCount: 50 }) as unknown
  } catch {
    return undefined
  }
}

function told(
  issue: z.core.$ZodIssue,
  lineOf: (path: Path) => number | undefined,
): readonly PolicyProblem[] {
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => problem([...issue.path, key], 'is not a known key', lineOf))
  if (issue.code === 'invalid_union') {
    // The branch that came closest says most: the one that failed deepest.
    const branch = issue.errors.reduce<readonly z.core.$ZodIssue[]>(
      (best, next) => (depth(next) > depth(best) ? next : best),
      [],
    )
    if (depth(branch) > 0)
      return branch.flatMap((inner) =>
        told({ ...inner, path: [...issue.path, ...inner.path] }, lineOf),
      )
    const messages = issue.errors.flatMap((errors) => errors.map(({ message }) => message))
    return [problem(issue.path, [...new Set(messages)].join(', or '), lineOf)]
  }
  return [problem(issue.path, issue.message, lineOf)]
}

function depth(issues: readonly z.core.$ZodIssue[]): number {
  return Math.max(0, ...issues.map((issue) => issue.path.length))
}

function problem(
  path: Path,
  message: string,
  lineOf: (path: Path) => number | undefined,
): PolicyProblem {
  const line = lineOf(path)
  return { path: pathText(path), message, ...(line !== undefined && { line }) }
}

function pathText(path: Path): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === 'number') return `${text}[${part}]`
    return text === '' ? String(part) : `${text}.${String(part)}`
  }, '')
}

/** The line of the nearest thing that exists in the source: a missing key is told at its parent. */
function lineAt(tree: Document.Parsed, lines: LineCounter, path: Path): number | undefined {
  for (let length = path.length; length >= 0; length -= 1) {
    const node: unknown = length === 0 ? tree.contents : tree.getIn(path.slice(0, length), true)
    const start = isNode(node) ? (node satisfies Node).range?.[0] : undefined
    if (start !== undefined) return lines.linePos(start).line
  }
  return undefined
}

function inLineOrder(problems: readonly PolicyProblem[]): readonly PolicyProblem[] {
  return [...problems].sort((a, b) => (a.line ?? 0) - (b.line ?? 0))
}
