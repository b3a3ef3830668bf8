import type { Operation, RequestBody } from './operation'

export type OperationJson = Readonly<Record<string, string | number | boolean | null | object>>

/**
 * An operation that depends on no session state as plain JSON, bytes in base64. Injective: two operations with one
 * form are the same operation. Undefined = a part of it was not read, so no form can stand for it.
 */
export function operationJson(
  operation: Exclude<Operation, { readonly state: unknown }>,
): OperationJson | undefined {
  switch (operation.kind) {
    case 'request': {
      const { traceparent: _claimed, ...bound } = operation
      const body = bodyJson(operation.body)
      return body === undefined ? undefined : { ...bound, body }
    }
    case 'message':
      return { ...operation, data: base64(operation.data) }
    case 'tool-call':
    case 'command':
    case 'file':
    case 'forward':
    case 'replication':
      return { ...operation }
  }
}

function bodyJson(body: RequestBody): object | undefined {
  switch (body.kind) {
    case 'none':
      return body
    case 'whole':
      return { ...body, bytes: base64(body.bytes) }
    case 'unread':
      return undefined
  }
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64')
}
