import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { CliError } from '../cli-error'
import { member } from '../config/standalone'
import { answerStream } from './answer-stream'
import { problemError } from './problem'

export type JsonObject = Readonly<Record<string, unknown>>
export type Query = Readonly<Record<string, string | number | undefined>>

export interface RequestOptions {
  readonly query?: Query
  readonly body?: unknown
  readonly form?: Readonly<Record<string, string>>
  readonly ifMatch?: string
}

/** What is never waited for longer, and never read beyond. */
const timeoutMilliseconds = 60_000
const maxAnswerBytes = 64 * 1024 * 1024
const pageSize = 200

/** The control plane's REST API, with errors as CliError. */
export interface Api {
  readonly url: URL
  readonly token: string
  get(path: string, options?: RequestOptions): Promise<JsonObject>
  getText(path: string, options?: RequestOptions): Promise<string>
  send(
    method: 'POST' | 'PUT' | 'PATCH' | 'DELETE',
    path: string,
    options?: RequestOptions,
  ): Promise<JsonObject>
  /** The answer's body as it comes, for what may be large. */
  stream(
    method: 'GET' | 'POST',
    path: string,
    options?: RequestOptions,
  ): Promise<AsyncIterable<Uint8Array>>
  /** Items over all pages, at most `limit`. */
  list(path: string, query: Query, limit: number): Promise<readonly JsonObject[]>
}

export function createApi(url: URL, token: string, signal: AbortSignal): Api {
  const call = (method: string, path: string, options: RequestOptions = {}) =>
    request({ url, token, signal, method, path, options })
  const json = async (method: string, path: string, options?: RequestOptions) =>
    parseObject(await boundedText(bodyOf(await call(method, path, options))), path)
  const api: Api = {
    url,
    token,
    get: (path, options) => json('GET', path, options),
    getText: async (path, options) => boundedText(bodyOf(await call('GET', path, options))),
    send: (method, path, options) => json(method, path, options),
    stream: (method, path, options = {}) => stream({ url, token, signal, method, path, options }),
    list: async (path, query, limit) => {
      const items: JsonObject[] = []
      let cursor: string | undefined
      do {
        const page = await api.get(path, {
          query: { ...query, limit: Math.min(pageSize, limit - items.length), cursor },
        })
        items.push(...objects(page['items']))
        const next = page['nextCursor']
        cursor = typeof next === 'string' && next !== cursor ? next : undefined
      } while (cursor !== undefined && items.length < limit)
      return items.slice(0, limit)
    },
  }
  return api
}

interface Call {
  readonly url: URL
  readonly token: string
  readonly signal: AbortSignal
  readonly method: string
  readonly path: string
  readonly options: RequestOptions
}

function targetOf({ url, path, options }: Call): URL {
  const target = new URL(path, url)
  for (const [name, value] of Object.entries(options.query ?? {}))
    if (value !== undefined && value !== '') target.searchParams.set(name, String(value))
  return target
}

async function stream(call: Call): Promise<AsyncIterable<Uint8Array>> {
  const { url, token, signal, method, options } = call
  const body = options.body === undefined ? undefined : JSON.stringify(options.body)
  const headers = headersOf(method, token, options)
  const headMillis = timeoutMilliseconds
  let answer: IncomingMessage
  try {
    answer = await answerStream({
      target: targetOf(call),
      method,
      headers,
      body,
      signal,
      headMillis,
    })
  } catch (cause) {
    throw signal.aborted ? new CliError('interrupted', 'interrupted') : unreachable(url, cause)
  }
  const status = answer.statusCode ?? 500
  if (status >= 200 && status < 300) return answer
  throw problemError(status, await boundedText(answer))
}

async function request(call: Call): Promise<Response> {
  const { url, token, signal, method, options } = call
  let response: Response
  try {
    response = await fetch(targetOf(call), {
      method,
      headers: headersOf(method, token, options),
      ...(options.form
        ? { body: new URLSearchParams(options.form) }
        : options.body === undefined
          ? {}
          : { body: JSON.stringify(options.body) }),
      // A redirect could carry the token to another place.
      redirect: 'error',
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMilliseconds)]),
    })
  } catch (cause) {
    throw signal.aborted ? new CliError('interrupted', 'interrupted') : unreachable(url, cause)
  }
  if (response.ok) return response
  throw problemError(response.status, await boundedText(bodyOf(response)))
}

function unreachable(url: URL, cause: unknown): CliError {
  return new CliError(
    'unavailable',
    `cannot reach the control plane at ${url.origin}: ${reasonOf(cause)}`,
    'Check that it runs and that the address is right.',
    cause,
  )
}

function headersOf(method: string, token: string, options: RequestOptions): Headers {
  const headers = new Headers({ accept: 'application/json, application/problem+json, */*' })
  if (token !== '') headers.set('authorization', `Bearer ${token}`)
  if (options.body !== undefined) headers.set('content-type', 'application/json')
  if (options.ifMatch !== undefined) headers.set('if-match', options.ifMatch)
  // A creation that is sent again after a lost answer must not create twice.
  if (method === 'POST' && options.form === undefined) headers.set('idempotency-key', randomUUID())
  return headers
}

function reasonOf(cause: unknown): string {
  if (!(cause instanceof Error)) return 'unknown reason'
  if (cause.name === 'TimeoutError') return `no answer within ${timeoutMilliseconds / 1000} s`
  return cause.cause instanceof Error ? cause.cause.message : cause.message
}

function bodyOf(response: Response): AsyncIterable<Uint8Array> {
  const empty: readonly Uint8Array[] = []
  return response.body ?? toAsync(empty)
}

async function* toAsync(chunks: readonly Uint8Array[]): AsyncIterable<Uint8Array> {
  for (const chunk of chunks) yield await Promise.resolve(chunk)
}

async function boundedText(body: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of body) {
    bytes += chunk.length
    if (bytes > maxAnswerBytes)
      throw new CliError('unavailable', `the answer is larger than ${maxAnswerBytes} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function parseObject(text: string, path: string): JsonObject {
  if (text === '') return {}
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      return value as JsonObject
    return { items: value }
  } catch (cause) {
    throw new CliError('unavailable', `the answer of ${path} is not JSON`, undefined, cause)
  }
}

export function objects(value: unknown): readonly JsonObject[] {
  return Array.isArray(value)
    ? value.filter((item): item is JsonObject => typeof item === 'object' && item !== null)
    : []
}

export function textOf(value: unknown, name: string): string {
  const found = member(value, name)
  return typeof found === 'string' ? found : ''
}
