import { ApiError, toProblem } from './problem'
import { hearServerTime } from './server-clock'

export interface Call {
  readonly body?: unknown
  /** Version that the change is meant for; the server refuses it when there is a newer one. */
  readonly ifMatch?: number
  readonly signal?: AbortSignal
}

let csrfToken = ''

/** Unsafe requests carry this; it comes with GET /v1/me. */
export function keepCsrfToken(token: string | undefined): void {
  csrfToken = token ?? ''
}

export async function get<T>(path: string, signal?: AbortSignal): Promise<T> {
  const response = await send('GET', path, signal === undefined ? {} : { signal })
  return (await response.json()) as T
}

export async function getText(path: string, signal?: AbortSignal): Promise<string> {
  const response = await send('GET', path, signal === undefined ? {} : { signal })
  return response.text()
}

/** POST, PATCH, PUT and DELETE; undefined when there is no answer but success. */
export async function change<T>(
  method: 'POST' | 'PATCH' | 'PUT' | 'DELETE',
  path: string,
  call: Call = {},
): Promise<T> {
  const response = await send(method, path, call)
  const text = await response.text()
  return (text === '' ? undefined : JSON.parse(text)) as T
}

export async function download(path: string, body: unknown, fileName: string): Promise<void> {
  const response = await send('POST', path, { body })
  const url = URL.createObjectURL(await response.blob())
  const link = document.createElement('a')
  link.href = url
  link.download = fileName
  link.click()
  URL.revokeObjectURL(url)
}

async function send(method: string, path: string, call: Call): Promise<Response> {
  const headers = new Headers({ accept: 'application/json, */*' })
  if (method !== 'GET') headers.set('X-Wardgate-CSRF', csrfToken)
  if (call.body !== undefined) headers.set('Content-Type', 'application/json')
  if (call.ifMatch !== undefined) headers.set('If-Match', `"${call.ifMatch}"`)
  const response = await fetch(path, {
    method,
    headers,
    ...(call.body === undefined ? {} : { body: JSON.stringify(call.body) }),
    ...(call.signal === undefined ? {} : { signal: call.signal }),
  })
  hearServerTime(response.headers.get('date'))
  if (!response.ok) throw new ApiError(toProblem(response.status, await parsed(response)))
  return response
}

async function parsed(response: Response): Promise<unknown> {
  try {
    return await response.json()
  } catch {
    return undefined
  }
}

/** A path with the query fields that are set. */
export function withQuery(path: string, fields: Readonly<Record<string, string | undefined>>) {
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(fields)) if (value) query.set(name, value)
  const text = query.toString()
  return text === '' ? path : `${path}?${text}`
}
