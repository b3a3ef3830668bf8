import { z } from 'zod'
import type { Gate } from '@wardgate/gateway'
import type { HttpSettings } from '../settings'
import { isRequest, parseMessage, type RpcId } from './json-rpc'

const toolList = z.looseObject({ tools: z.array(z.looseObject({ name: z.string() })).max(1_024) })

type ListedTool = z.infer<typeof toolList>['tools'][number]

export interface ServerContext {
  readonly gate: Gate
  readonly settings: HttpSettings['mcp']
  /** Ids of the client's requests for the list of tools: their answers are filtered. */
  readonly listing: ReadonlySet<RpcId>
}

/** A message of the server's as the client may see it; undefined = not at all. Values are masked afterwards. */
export async function shownMessage(
  bytes: Uint8Array,
  context: ServerContext,
): Promise<Uint8Array | undefined> {
  const message = parseMessage(bytes)
  if (isRequest(message)) {
    const allowed: readonly string[] = context.settings.serverRequests
    // A server that asks the client for a model's answer or a person's input turns the tables: sampling, elicitation.
    const isAllowed = !('id' in message) || allowed.includes(message.method)
    return isAllowed ? written(message) : undefined
  }
  if (!('result' in message) || !context.listing.has(message.id)) return written(message)
  const result = toolList.parse(message.result)
  const tools = await visibleTools(result.tools, context)
  return written({ ...message, result: { ...result, tools } })
}

/** Those that are as they were accepted, and that this principal might call. */
async function visibleTools(
  tools: readonly ListedTool[],
  { gate }: ServerContext,
): Promise<readonly ListedTool[]> {
  if (tools.length === 0) return tools
  // What is asked about is what is written: one text for one tool.
  const offered = tools.map((tool) => ({ name: tool.name, definition: JSON.stringify(tool) }))
  const visible = await gate.screenTools(offered)
  return tools.filter((_tool, index) => visible[index] === true)
}

function written(message: object): Uint8Array {
  return Buffer.from(JSON.stringify(message))
}
