import { createHash } from 'node:crypto'
import { sortedJson } from './json-rpc'

const MAX_CONNECTIONS = 1_024
const MAX_TOOLS = 1_024

export interface ToolDefinition {
  readonly name: string
  readonly [member: string]: unknown
}

/** Of everything that a model reads of a tool: a description that changes is another tool. */
export function definitionDigest(tool: ToolDefinition): string {
  return `sha256:${createHash('sha256').update(sortedJson(tool)).digest('hex')}`
}

/**
 * What the tools of a connection were when they were first seen, as long as the agent runs; the connection's settings
 * pin them for longer. A tool that has changed is hidden, and is not called, until its new digest is in the settings.
 */
export class ToolPins {
  readonly #seen = new Map<string, Map<string, string>>()
  readonly #changed = new Map<string, Set<string>>()

  /** False = changed. `pinned` is what an administrator has accepted. */
  isAccepted(
    connectionId: string,
    tool: ToolDefinition,
    pinned: Readonly<Record<string, string>>,
  ): boolean {
    const digest = definitionDigest(tool)
    const own = pinned[tool.name] ?? this.#firstSeen(connectionId, tool.name, digest)
    const changed = bounded(this.#changed, connectionId, () => new Set<string>())
    if (own === digest) changed.delete(tool.name)
    else changed.add(tool.name)
    return own === digest
  }

  isChanged(connectionId: string, name: string): boolean {
    return this.#changed.get(connectionId)?.has(name) === true
  }

  #firstSeen(connectionId: string, name: string, digest: string): string | undefined {
    const seen = bounded(this.#seen, connectionId, () => new Map<string, string>())
    const known = seen.get(name)
    if (known !== undefined) return known
    // Fails closed: what there is no room to remember is not shown.
    if (seen.size >= MAX_TOOLS) return undefined
    seen.set(name, digest)
    return digest
  }
}

function bounded<T>(map: Map<string, T>, key: string, make: () => T): T {
  const known = map.get(key)
  if (known !== undefined) return known
  const [oldest] = map.keys()
  if (map.size >= MAX_CONNECTIONS && oldest !== undefined) map.delete(oldest)
  const made = make()
  map.set(key, made)
  return made
}
