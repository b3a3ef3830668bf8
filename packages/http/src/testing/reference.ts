import type { Facts } from '@wardgate/policy'
import { messageFacts, requestFacts, toolCallFacts } from '..'
import { defaultHttpFactsSettings, type HttpFactsSettings } from '../settings'

export interface RequestParts {
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array
  readonly type?: string
}

/** Facts of `POST /path?query`, as the engine would submit it. */
export function factsOf(
  line: string,
  { headers = {}, body, type = 'application/json' }: RequestParts = {},
  settings: Partial<HttpFactsSettings> = {},
): Facts {
  const [method = '', target = ''] = line.split(/ (.*)/s)
  const [path = '', query = ''] = target.split(/\?(.*)/s)
  const named = Object.entries({ ...headers, ...(body !== undefined && { 'content-type': type }) })
  return requestFacts(
    {
      method,
      path,
      query,
      headers: named.map(([name, value]) => ({ name, value })),
      body:
        body === undefined
          ? { kind: 'none' }
          : { kind: 'whole', mediaType: type, bytes: Buffer.from(body) },
    },
    { ...defaultHttpFactsSettings, ...settings },
  )
}

export function callFacts(
  name: string,
  rawArguments: unknown,
  settings: Partial<HttpFactsSettings> = {},
): Facts {
  const text = typeof rawArguments === 'string' ? rawArguments : JSON.stringify(rawArguments)
  return toolCallFacts(
    { method: 'tools/call', name, arguments: text },
    { ...defaultHttpFactsSettings, ...settings },
  )
}

export function messageOf(text: string): Facts {
  return messageFacts({ channel: '/ws', format: 'text', data: Buffer.from(text) })
}

/** `delete path:/v1/users/7`, or `opaque` when part of it cannot be known. */
export function shown({ actions, opaque }: Facts): string {
  return opaque.length > 0
    ? 'opaque'
    : actions.map(({ action, resource }) => `${action} ${resource}`).join(', ')
}
