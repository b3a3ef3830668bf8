import type { Gate } from '@wardgate/gateway'
import { z } from 'zod'
import type { HttpSettings } from '../settings'
import { visibleText } from './hidden-text'

const shape = z.looseObject({ tools: z.array(z.looseObject({ name: z.string() })).max(1_024) })

type Result = Readonly<Record<string, unknown>>

export interface ToolListContext {
  readonly gate: Gate
  readonly settings: Pick<HttpSettings['mcp'], 'hiddenText'>
  /** A value as the client may see it; undefined = not at all. */
  readonly see: (value: unknown) => unknown
}

/** A list of tools with those that are as they were accepted, and that this principal might call. */
export async function shownToolList(
  result: Result,
  { gate, settings, see }: ToolListContext,
): Promise<Result> {
  const { tools } = shape.parse(result)
  const seen = tools
    .filter(({ name }) => isNameShown(name, settings))
    .map((tool) => ({ name: tool.name, shown: see(tool) }))
    .filter(({ shown }) => shown !== undefined)
  if (seen.length === 0) return { ...result, tools: [] }
  // What is asked about is what is written: one text for one tool.
  const offered = seen.map(({ name, shown }) => ({ name, definition: JSON.stringify(shown) }))
  const visible = await gate.screenTools(offered)
  const shown = seen.filter((_tool, index) => visible[index] === true).map((tool) => tool.shown)
  return { ...result, tools: shown }
}

/** A name with hidden text in it looks like another's, and could be called by no other name. */
export function isNameShown(name: string, { hiddenText }: ToolListContext['settings']): boolean {
  return hiddenText === 'pass' || visibleText(name) === name
}
