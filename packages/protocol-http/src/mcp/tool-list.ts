import type { Gate } from '@wardgate/gateway'
import { z } from 'zod'
import type { HttpSettings } from '../settings'
import { visibleText } from './hidden-text'

const shape = z.array(z.looseObject({ name: z.string() })).max(1_024)

export interface ToolListContext {
  readonly gate: Gate
  readonly settings: Pick<HttpSettings['mcp'], 'hiddenText'>
  /** A value as the client may see it; undefined = not at all. */
  readonly see: (value: unknown) => Promise<unknown>
}

/** Those of a list of tools that are as they were accepted, and that this principal might call. */
export async function shownTools(
  tools: unknown,
  { gate, settings, see }: ToolListContext,
): Promise<readonly unknown[]> {
  const named = shape.parse(tools).filter(({ name }) => isNameShown(name, settings))
  const all: { readonly name: string; readonly shown: unknown }[] = []
  for (const tool of named) all.push({ name: tool.name, shown: await see(tool) })
  const seen = all.filter(({ shown }) => shown !== undefined)
  if (seen.length === 0) return []
  // What is asked about is what is written: one text for one tool.
  const offered = seen.map(({ name, shown }) => ({ name, definition: JSON.stringify(shown) }))
  const visible = await gate.screenTools(offered)
  return seen.filter((_tool, index) => visible[index] === true).map((tool) => tool.shown)
}

/** A name with hidden text in it looks like another's, and could be called by no other name. */
export function isNameShown(name: string, { hiddenText }: ToolListContext['settings']): boolean {
  return hiddenText === 'pass' || visibleText(name) === name
}
