import { canonicalJson, type JsonValue } from '@wardgate/audit-log'
import { createHash } from 'node:crypto'

/** A tool as a model reads it: name, description, schemas and all else that its server says of it. */
export interface ToolDefinition {
  readonly name: string
  readonly digest: string
  readonly definition: JsonValue
}

export interface OfferedTool {
  readonly name: string
  readonly definition: string
}

const longestName = 200
const longestDefinition = 64 * 1024

/** Undefined = not kept, so never shown: too long, or no JSON object with that name. */
export function toolDefinition({ name, definition: text }: OfferedTool) {
  if (name === '' || name.length > longestName || text.length > longestDefinition) return undefined
  try {
    const definition = JSON.parse(text) as JsonValue
    if (!isNamed(definition, name) || !isKept(definition)) return undefined
    return { name, definition, digest: digestOf(definition) } satisfies ToolDefinition
  } catch {
    return undefined
  }
}

function isNamed(definition: JsonValue, name: string): boolean {
  if (typeof definition !== 'object' || definition === null || Array.isArray(definition))
    return false
  return Object.entries(definition).some(([member, value]) => member === 'name' && value === name)
}

/** PostgreSQL's JSON has neither NUL nor half of a surrogate pair; JSON escapes both. */
function isKept(definition: JsonValue): boolean {
  return !/\\u(?:0000|d[89a-f])/i.test(JSON.stringify(definition))
}

function digestOf(definition: JsonValue): string {
  return `sha256:${createHash('sha256').update(canonicalJson(definition)).digest('hex')}`
}
