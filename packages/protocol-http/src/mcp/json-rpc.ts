import { ProtocolError } from '@wardgate/errors'
import { z } from 'zod'

const id = z.union([z.string().max(1024), z.number()])
const params = z.record(z.string(), z.unknown())

const shapes = z.union([
  z.strictObject({ jsonrpc: z.literal('2.0'), id, method: z.string(), params: params.optional() }),
  z.strictObject({ jsonrpc: z.literal('2.0'), method: z.string(), params: params.optional() }),
  z.strictObject({ jsonrpc: z.literal('2.0'), id, result: params }),
  z.strictObject({
    jsonrpc: z.literal('2.0'),
    id: id.nullable(),
    error: z.looseObject({ code: z.number(), message: z.string() }),
  }),
])

/** https://www.jsonrpc.org/specification without batches, which no version of MCP that is spoken here has. */
export type RpcMessage = z.infer<typeof shapes>
export type RpcId = string | number

export type RpcRequest = Extract<RpcMessage, { readonly method: string }>

export function isMessage(value: unknown): value is RpcMessage {
  return shapes.safeParse(value).success
}

export function isRequest(message: RpcMessage): message is RpcRequest {
  return 'method' in message
}

/** The id that an answer is owed to; undefined = none is. */
export function idOf(message: RpcMessage): RpcId | undefined {
  return isRequest(message) && 'id' in message ? message.id : undefined
}

/** One message, strictly. What is sent on is written anew from this, so that nobody can read it in two ways. */
export function parseMessage(bytes: Uint8Array): RpcMessage {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    return shapes.parse(JSON.parse(text))
  } catch (cause) {
    throw new ProtocolError('ERR_PROTOCOL_MALFORMED', 'the body is no JSON-RPC 2.0 message', {
      nextStep: 'Send one JSON-RPC message a request; batches are not taken.',
      cause,
    })
  }
}

/** JSON with sorted keys: one text for one value. */
export function sortedJson(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  )
}
