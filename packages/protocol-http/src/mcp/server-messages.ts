import { PolicyError } from '@wardgate/errors'
import type { Gate } from '@wardgate/gateway'
import { z } from 'zod'
import type { HttpSettings } from '../settings'
import { denialMessage } from './denial'
import { isRequest, parseMessage, type RpcId } from './json-rpc'

const questions = z.record(z.string(), z.looseObject({ method: z.string() }))
const toolList = z.looseObject({ tools: z.array(z.looseObject({ name: z.string() })).max(1_024) })

type ListedTool = z.infer<typeof toolList>['tools'][number]

export interface ServerContext {
  readonly gate: Gate
  readonly settings: HttpSettings['mcp']
  /** The method that the client called. */
  readonly asked: string
}

/** A message of the server's as the client may see it; undefined = not at all. Values are masked afterwards. */
export async function shownMessage(
  bytes: Uint8Array,
  context: ServerContext,
): Promise<Uint8Array | undefined> {
  const message = parseMessage(bytes)
  if (isRequest(message)) {
    const isAllowed = !('id' in message) || mayAsk(message.method, context)
    return isAllowed ? written(message) : undefined
  }
  if (!('result' in message)) return written(message)
  const refused = questionsIn(message.result).find((method) => !mayAsk(method, context))
  if (refused !== undefined)
    return written(refusedQuestion({ id: message.id, method: context.asked }, refused))
  // By what it is, not by what was asked: a stream that is resumed shows answers to other requests.
  if (!('tools' in message.result)) return written(message)
  const result = toolList.parse(message.result)
  const tools = await visibleTools(result.tools, context)
  return written({ ...message, result: { ...result, tools } })
}

/** A server that asks the client for a model's answer or a person's input turns the tables: sampling, elicitation. */
function mayAsk(method: string, { settings }: ServerContext): boolean {
  const allowed: readonly string[] = settings.serverRequests
  return allowed.includes(method)
}

/** Since 2026-07-28 a server asks within its result. What cannot be read is a question that nobody has allowed. */
function questionsIn({ inputRequests }: Readonly<Record<string, unknown>>): readonly string[] {
  if (inputRequests === undefined) return []
  const read = questions.safeParse(inputRequests)
  return read.success ? Object.values(read.data).map(({ method }) => method) : ['']
}

function refusedQuestion(to: { readonly id: RpcId; readonly method: string }, method: string) {
  const message = `the server asks its client for ${method === '' ? 'something' : method}`
  const nextStep = 'An administrator can let it: serverRequests under mcp of the connection.'
  const error = new PolicyError('ERR_POLICY_DENIED', message, { nextStep })
  return denialMessage({ ...to, error, approval: undefined })
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
