import { type GatewayError, nextStepOf, textForClients } from '@wardgate/errors'
import type { HeldApproval } from '../errors'
import type { RpcId } from './json-rpc'

/** Of the range that JSON-RPC leaves to servers. */
const refusedCode = -32_003

export interface DeniedCall {
  readonly id: RpcId | null
  readonly method: string
  readonly error: GatewayError
  readonly approval: HeldApproval | undefined
}

/** A denial as what the client expects: of a tool call the result, so that the model reads why and what to do. */
export function denialMessage({ id, method, error, approval }: DeniedCall): object {
  const text = textOf(error, approval)
  if (method === 'tools/call') return { jsonrpc: '2.0', id, result: toolError(text) }
  const data = { code: error.code, ...(approval === undefined ? {} : approval) }
  return { jsonrpc: '2.0', id, error: { code: refusedCode, message: text, data } }
}

/** 2026-07-28 wants to know what kind of result it is; earlier revisions take members that they do not know. */
function toolError(text: string): object {
  return { resultType: 'complete', content: [{ type: 'text', text }], isError: true }
}

function textOf(error: GatewayError, approval: HeldApproval | undefined): string {
  const what = textForClients(error)
  const where = approval === undefined ? '' : `Approval ${approval.approvalId}: ${approval.url}`
  const next = nextStepOf(error)
  // What is pending says by itself what to do, and where.
  const more = [what.includes(next) ? '' : next, what.includes(approval?.url ?? '') ? '' : where]
  return `Refused by Wardgate (${error.code}): ${what}. ${more.join(' ')}`.trimEnd()
}
