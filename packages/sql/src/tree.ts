/** A node of the parser's JSON; every read of it goes through the functions below, so a wrong shape reads as absent. */
export type Tree = Readonly<Record<string, unknown>>

/** A tagged node: `{"SelectStmt": {…}}` is kind `SelectStmt` with its body. */
export interface Node {
  readonly kind: string
  readonly body: Tree
}

const empty: Tree = {}

export function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function child(tree: Tree, key: string): Tree | undefined {
  const value = tree[key]
  return isTree(value) ? value : undefined
}

export function list(tree: Tree, key: string): readonly Tree[] {
  const value = tree[key]
  return Array.isArray(value) ? (value as readonly unknown[]).filter(isTree) : []
}

export function text(tree: Tree, key: string): string {
  const value = tree[key]
  return typeof value === 'string' ? value : ''
}

export function flag(tree: Tree, key: string): boolean {
  return tree[key] === true
}

export function integer(tree: Tree, key: string): number {
  const value = tree[key]
  return typeof value === 'number' ? value : 0
}

export function unwrap(tree: Tree): Node {
  for (const kind in tree) {
    const body = tree[kind]
    return { kind, body: isTree(body) ? body : empty }
  }
  return { kind: '', body: empty }
}

export function optionalNode(tree: Tree, key: string): Tree | undefined {
  const value = child(tree, key)
  if (value === undefined) return undefined
  for (const kind in value) return kind === '' ? undefined : value
  return undefined
}

/** The parts of a dotted name; `*` stands for A_Star. */
export function nameParts(items: readonly Tree[]): readonly string[] {
  return items.map((item) => {
    const node = unwrap(item)
    return node.kind === 'String' ? text(node.body, 'sval') : '*'
  })
}

/** The text of a string constant, through casts and parentheses; undefined for anything computed. */
export function stringConstant(tree: Tree | undefined): string | undefined {
  if (tree === undefined) return undefined
  const node = unwrap(tree)
  if (node.kind === 'TypeCast') return stringConstant(child(node.body, 'arg'))
  if (node.kind === 'String') return text(node.body, 'sval')
  const value = node.kind === 'A_Const' ? child(node.body, 'sval') : undefined
  return value === undefined ? undefined : text(value, 'sval')
}

/** The position in `ORDER BY 1` and its like; undefined for anything else. */
export function integerConstant(tree: Tree): number | undefined {
  const node = unwrap(tree)
  const value = node.kind === 'A_Const' ? child(node.body, 'ival') : undefined
  return value === undefined ? undefined : integer(value, 'ival')
}

/** Nested tagged nodes, at any distance through plain structures. */
export function nestedNodes(tree: Tree): readonly Tree[] {
  const found: Tree[] = []
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) value.forEach(visit)
    else if (isTree(value)) {
      if (isTagged(value)) found.push(value)
      else Object.values(value).forEach(visit)
    }
  }
  Object.values(tree).forEach(visit)
  return found
}

function isTagged(tree: Tree): boolean {
  const keys = Object.keys(tree)
  return keys.length === 1 && /^[A-Z]/.test(keys[0] ?? '') && isTree(Object.values(tree)[0])
}
