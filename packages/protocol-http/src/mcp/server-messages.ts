import { z } from 'zod'
import type { Gate } from '@wardgate/gateway'
import type { HttpSettings } from '../settings'
import { isRequest, parseMessage, type RpcId } from './json-rpc'
import type { ToolDefinition, ToolPins } from './pins'

const toolList = z.looseObject({ tools: z.array(z.looseObject({ name: z.string() })).max(1_024) })

export interface ServerContext {
  readonly gate: Gate
  readonly pins: ToolPins
  readonly connectionId: string
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

/** Those that are as they were accepted, and that this principal may know of. */
async function visibleTools(
  tools: readonly ToolDefinition[],
  { gate, pins, connectionId, settings }: ServerContext,
): Promise<readonly ToolDefinition[]> {
  const visible: ToolDefinition[] = []
  for (const tool of tools) {
    const isAccepted = pins.isAccepted(connectionId, tool, settings.pins)
    if (isAccepted && (await mayKnow(gate, tool.name))) visible.push(tool)
  }
  return visible
}

async function mayKnow(gate: Gate, name: string): Promise<boolean> {
  const operation = { kind: 'tool-call', method: 'tools/list', name, arguments: '{}' } as const
  const answer = await gate.submit(operation, { maxMillis: 0, held: () => undefined })
  if (answer.kind === 'denial') return false
  answer.settle({ status: 'succeeded', rows: 0, bytes: 0, maskedCells: 0 })
  return true
}

function written(message: object): Uint8Array {
  return Buffer.from(JSON.stringify(message))
}
