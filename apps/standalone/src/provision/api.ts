import { InternalError } from '@wardgate/errors'

const limitMillis = 20_000

/** A minimal client of the REST API: provisioning speaks to the product as any administrator does. */
export class Api {
  private readonly base: string
  private readonly token: string
  private readonly signal: AbortSignal

  constructor(base: string, token: string, signal: AbortSignal) {
    this.base = base
    this.token = token
    this.signal = signal
  }

  async list<T>(path: string): Promise<readonly T[]> {
    const page = await this.send<{ items: T[] }>('GET', path)
    return page.items
  }

  get<T>(path: string): Promise<T> {
    return this.send<T>('GET', path)
  }

  post<T>(path: string, body: unknown): Promise<T> {
    return this.send<T>('POST', path, body)
  }

  put<T>(path: string, body: unknown): Promise<T> {
    return this.send<T>('PUT', path, body)
  }

  private async send<T>(method: string, path: string, body?: unknown): Promise<T> {
    const response = await fetch(`${this.base}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${this.token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      // A request under way would hold up the end of the control plane.
      signal: AbortSignal.any([this.signal, AbortSignal.timeout(limitMillis)]),
    })
    const text = await response.text()
    if (!response.ok)
      throw new InternalError(`${method} ${path}: ${response.status} ${text}`, { expose: true })
    return (text === '' ? undefined : JSON.parse(text)) as T
  }
}
