import {
  Kind,
  parse,
  type DocumentNode,
  type FragmentDefinitionNode,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql'
import type { FactsDraft } from '../facts-draft'
import { valueAt } from '../json/fields'

/** A document of more is no question that a person could approve. */
const maxTokens = 5_000
const maxFields = 5_000

/** Adds what a GraphQL request does. What cannot be read is a write, and opaque. */
export function tellGraphql(request: unknown, resource: string, draft: FactsDraft): void {
  const read = readGraphql(request)
  if (typeof read === 'string') {
    draft.action('write', resource)
    draft.risk('http-write')
    draft.opaque(`the GraphQL request cannot be read: ${read}`)
    return
  }
  const { operation, name } = read
  draft.action(operation === 'mutation' ? 'write' : 'read', resource)
  if (operation === 'mutation') draft.risk('http-write')
  draft.detail('graphql.type', operation)
  if (name !== '') draft.detail('graphql.operation', name)
  draft.detail('graphql.fields', [...read.topFields])
  if (read.aliases.length > 0) draft.detail('graphql.aliases', read.aliases)
  draft.summary += `: ${operation}${name === '' ? '' : ` ${name}`} { ${[...read.topFields].slice(0, 5).join(' ')} }`
}

interface GraphqlRequest {
  readonly operation: 'query' | 'mutation' | 'subscription'
  readonly name: string
  readonly topFields: ReadonlySet<string>
  /** `alias:field`, wherever in the document. */
  readonly aliases: readonly string[]
}

/** The request, or why it cannot be read. */
function readGraphql(request: unknown): GraphqlRequest | string {
  if (Array.isArray(request)) return 'it is a batch'
  const query = valueAt(request, 'query')
  if (typeof query !== 'string') return 'it holds no document of its own'
  let document: DocumentNode
  try {
    document = parse(query, { noLocation: true, maxTokens })
  } catch {
    return 'it is no valid document'
  }
  const selected = selectedOperation(document, valueAt(request, 'operationName'))
  if (selected === undefined) return 'it does not say which of its operations runs'
  const fragments = new Map(
    document.definitions.flatMap((definition) =>
      definition.kind === Kind.FRAGMENT_DEFINITION ? [[definition.name.value, definition]] : [],
    ),
  )
  const walk = new SelectionWalk(fragments)
  walk.visit(selected.selectionSet, true)
  if (walk.problem !== undefined) return walk.problem
  return {
    operation: selected.operation,
    name: selected.name?.value ?? '',
    topFields: walk.topFields,
    aliases: [...walk.aliases],
  }
}

function selectedOperation(
  { definitions }: DocumentNode,
  name: unknown,
): OperationDefinitionNode | undefined {
  const operations = definitions.flatMap((definition) =>
    definition.kind === Kind.OPERATION_DEFINITION ? [definition] : [],
  )
  if (name === undefined || name === null || name === '')
    return operations.length === 1 ? operations[0] : undefined
  const named = operations.filter((operation) => operation.name?.value === name)
  return named.length === 1 ? named[0] : undefined
}

class SelectionWalk {
  readonly topFields = new Set<string>()
  readonly aliases = new Set<string>()
  problem: string | undefined
  readonly #fragments: ReadonlyMap<string, FragmentDefinitionNode>
  readonly #open = new Set<string>()
  #fields = 0

  constructor(fragments: ReadonlyMap<string, FragmentDefinitionNode>) {
    this.#fragments = fragments
  }

  visit(set: SelectionSetNode, isTop: boolean): void {
    for (const selection of set.selections) {
      // Fragments can multiply: what they spread to is bounded, not only what is written.
      if (++this.#fields > maxFields) this.problem ??= 'it asks for too many fields'
      if (this.problem !== undefined) return
      if (selection.kind === Kind.FIELD) {
        const { name, alias, selectionSet } = selection
        if (isTop) this.topFields.add(name.value)
        if (alias !== undefined) this.aliases.add(`${alias.value}:${name.value}`)
        if (selectionSet !== undefined) this.visit(selectionSet, false)
      } else if (selection.kind === Kind.INLINE_FRAGMENT) this.visit(selection.selectionSet, isTop)
      else this.#spread(selection.name.value, isTop)
    }
  }

  #spread(name: string, isTop: boolean): void {
    const fragment = this.#fragments.get(name)
    if (fragment === undefined || this.#open.has(name)) {
      this.problem ??= 'it spreads a fragment that is not there, or within itself'
      return
    }
    this.#open.add(name)
    this.visit(fragment.selectionSet, isTop)
    this.#open.delete(name)
  }
}
