import type { Field } from './fields'

/** As node takes headers of HTTP/1.1 at the least cost. */
export function listOf(fields: readonly Field[]): string[] {
  const list: string[] = []
  for (const { name, value } of fields) list.push(name, value)
  return list
}

/** As node takes headers of HTTP/2: one that comes again has an array, in which none is lost. */
export function recordOf(fields: readonly Field[]): Record<string, string | string[]> {
  const record = Object.create(null) as Record<string, string | string[]>
  for (const { name, value } of fields) {
    const before = record[name]
    if (before === undefined) record[name] = value
    else record[name] = typeof before === 'string' ? [before, value] : [...before, value]
  }
  return record
}
